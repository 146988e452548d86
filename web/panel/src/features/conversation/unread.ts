import { Author, type Message } from "@shared/api/model";

/** The first of a client's last `count` messages; null when not all of them are loaded. */
export function firstUnread(messages: readonly Message[], count: number): Message | null {
  const ofClient = messages.filter(({ author }) => author === Author.Client);
  return count > 0 ? (ofClient[ofClient.length - count] ?? null) : null;
}

/** How many messages of clients came behind one. */
export function countBehind(messages: readonly Message[], id: number | null): number {
  if (id === null) return 0;
  return messages.filter((one) => one.author === Author.Client && one.id > id).length;
}
