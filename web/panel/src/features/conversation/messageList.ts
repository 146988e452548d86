import { type Message, MessageStatus } from "@shared/api/model";

/** The order in which a status moves, and a rejection is final; the wire's numbers are not it. */
const RANK: Readonly<Record<MessageStatus, number>> = {
  [MessageStatus.New]: 0,
  [MessageStatus.Success]: 1,
  [MessageStatus.Delivered]: 2,
  [MessageStatus.Read]: 3,
  [MessageStatus.Rejected]: 4,
};

/**
 * Adds a message or replaces it, in the order of places: one that its platform brings late stands
 * where it was sent. A late event never takes a status back.
 */
export function putMessage(messages: readonly Message[], message: Message): readonly Message[] {
  const known = messages.findIndex(({ id }) => id === message.id);
  if (known >= 0) return messages.with(known, laterOf(messages[known] as Message, message));
  const at = messages.findLastIndex((one) => placeOf(one, message) < 0);
  return messages.toSpliced(at + 1, 0, message);
}

/** Both lists in the order of places; where both know a message, `fresh` is believed as far as `laterOf` does. */
export function mergeMessages(
  messages: readonly Message[],
  fresh: readonly Message[],
): readonly Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  for (const message of fresh) {
    const known = byId.get(message.id);
    byId.set(message.id, known ? laterOf(known, message) : message);
  }
  return [...byId.values()].sort(placeOf);
}

/** Below zero when `one` stands before `other`. */
function placeOf(one: Message, other: Message): number {
  return one.position - other.position || one.id - other.id;
}

/** `told` in the place of `known`; a late word never takes a status back, nor the reason for it. */
export function laterOf(known: Message, told: Message): Message {
  if (told.attempt > known.attempt) return told;
  if (told.attempt === known.attempt && RANK[told.status] >= RANK[known.status]) return told;
  const { status, error, attempt } = known;
  return { ...told, status, error, attempt };
}
