import type { Api } from "@shared/api/client";
import type { Chat } from "@shared/api/model";
import { type Ref, shallowRef } from "vue";

/** The chats that this operator keeps at the top of the list, the same on all of their screens. */
export interface Pins {
  readonly chats: Readonly<Ref<readonly Chat[]>>;
  has(chatId: number): boolean;
  load(): Promise<void>;
  /** Takes over what the server says of a chat. */
  note(chat: Chat): void;
  drop(chatId: number): void;
  set(chatId: number, isPinned: boolean): Promise<void>;
}

export function createPins(api: Api): Pins {
  const chats = shallowRef<readonly Chat[]>([]);
  let newest: object | null = null;

  const has = (chatId: number): boolean => chats.value.some(({ id }) => id === chatId);

  async function load(): Promise<void> {
    const mine = (newest = {});
    const { items } = await api.request<{ items: Chat[] }>("GET", "/api/chat/pinned");
    if (mine === newest) chats.value = items;
  }

  return {
    chats,
    has,
    load,
    note(chat) {
      if (has(chat.id)) chats.value = chats.value.map((one) => (one.id === chat.id ? chat : one));
    },
    drop(chatId) {
      if (has(chatId)) chats.value = chats.value.filter(({ id }) => id !== chatId);
    },
    async set(chatId, isPinned) {
      await api.request("PUT", `/api/chat/${chatId}/pin`, { body: { isPinned } });
      await load();
    },
  };
}
