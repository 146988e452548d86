import { type Message, MessageStatus } from "@shared/api/model";

/** The order in which a status moves, and a rejection is final; the wire's numbers are not it. */
const RANK: Readonly<Record<MessageStatus, number>> = {
  [MessageStatus.New]: 0,
  [MessageStatus.Success]: 1,
  [MessageStatus.Delivered]: 2,
  [MessageStatus.Read]: 3,
  [MessageStatus.Rejected]: 4,
};

/** Adds a message or replaces it, in the order of ids. A late event never takes a status back. */
export function putMessage(messages: readonly Message[], message: Message): readonly Message[] {
  const at = messages.findLastIndex((known) => known.id <= message.id);
  const known = messages[at];
  if (known?.id !== message.id) return messages.toSpliced(at + 1, 0, message);
  return messages.with(at, laterOf(known, message));
}

/** Both lists in the order of ids; where both know a message, `fresh` is believed as far as `laterOf` does. */
export function mergeMessages(
  messages: readonly Message[],
  fresh: readonly Message[],
): readonly Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  for (const message of fresh) {
    const known = byId.get(message.id);
    byId.set(message.id, known ? laterOf(known, message) : message);
  }
  return [...byId.values()].sort((one, other) => one.id - other.id);
}

/** `told` in the place of `known`; a late word never takes a status back, nor the reason for it. */
export function laterOf(known: Message, told: Message): Message {
  if (RANK[told.status] >= RANK[known.status]) return told;
  return { ...told, status: known.status, error: known.error };
}
