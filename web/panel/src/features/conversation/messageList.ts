import { type Message, MessageStatus } from "@shared/api/model";

/** The order in which a message's status moves; the wire's numbers are not it. */
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
  return messages.with(at, { ...message, status: laterStatus(known.status, message.status) });
}

/** Both lists in the order of ids; where both know a message, `fresh` is believed. */
export function mergeMessages(
  messages: readonly Message[],
  fresh: readonly Message[],
): readonly Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  for (const message of fresh) byId.set(message.id, message);
  return [...byId.values()].sort((one, other) => one.id - other.id);
}

/** A rejection ends an attempt, and only a retry (New again) begins another. */
function laterStatus(known: MessageStatus, told: MessageStatus): MessageStatus {
  if (known === MessageStatus.Rejected) return told;
  return RANK[told] >= RANK[known] ? told : known;
}
