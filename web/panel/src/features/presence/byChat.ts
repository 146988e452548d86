import type { Colleague } from "../live/signals";

/** Who is in which chat, in the order in which they came; a chat without anybody has no entry. */
export type ByChat = Map<number, readonly Colleague[]>;

/** Moves one colleague from the chats `before` to the chats `after`; other chats are not touched. */
export function move(
  index: ByChat,
  colleague: Colleague,
  before: readonly number[],
  after: readonly number[],
): void {
  for (const chatId of before) if (!after.includes(chatId)) leave(index, colleague, chatId);
  for (const chatId of after) enter(index, colleague, chatId);
}

function enter(index: ByChat, colleague: Colleague, chatId: number): void {
  const there = index.get(chatId) ?? [];
  const known = there.find((one) => one.id === colleague.id);
  if (known?.name === colleague.name) return;
  const others = there.map((one) => (one.id === colleague.id ? colleague : one));
  index.set(chatId, known ? others : [...there, colleague]);
}

function leave(index: ByChat, colleague: Colleague, chatId: number): void {
  const others = (index.get(chatId) ?? []).filter((one) => one.id !== colleague.id);
  if (others.length > 0) index.set(chatId, others);
  else index.delete(chatId);
}
