import type { Chat } from "@shared/api/model";

/** Unread messages by chat id; a chat without unread messages has no entry. */
export type Unread = ReadonlyMap<number, number>;

/** Takes over what the server says of a chat. Returns the same map if nothing changed. */
export function noteUnread(unread: Unread, chat: Pick<Chat, "id" | "countUnread">): Unread {
  if ((unread.get(chat.id) ?? 0) === chat.countUnread) return unread;
  const changed = new Map(unread);
  if (chat.countUnread > 0) changed.set(chat.id, chat.countUnread);
  else changed.delete(chat.id);
  return changed;
}
