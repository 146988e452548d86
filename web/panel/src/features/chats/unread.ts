import { Block, type Chat } from "@shared/api/model";
import { type Ref, shallowRef } from "vue";

export type Holding = Pick<Chat, "id" | "countUnread" | "operator" | "block">;

/** The chats whose clients wait for this operator to read them: their own and nobody's. */
export interface Unread {
  readonly ids: Readonly<Ref<ReadonlySet<number>>>;
  /** Takes over what the server says of a chat. */
  note(chat: Holding): void;
  drop(chatId: number): void;
  /** Asks the server for all of them: the list on screen has only some. */
  load(): Promise<void>;
}

export function createUnread(
  fetchIds: () => Promise<readonly number[]>,
  me: () => number | null,
): Unread {
  const ids = shallowRef<ReadonlySet<number>>(new Set());
  /** What is heard while an answer is on its way is newer than the answer. */
  let heard: Map<number, boolean> | null = null;

  function put(chatId: number, isIn: boolean): void {
    heard?.set(chatId, isIn);
    if (ids.value.has(chatId) === isIn) return;
    const changed = new Set(ids.value);
    if (isIn) changed.add(chatId);
    else changed.delete(chatId);
    ids.value = changed;
  }

  return {
    ids,
    note: (chat) => put(chat.id, isMineToRead(chat, me())),
    drop: (chatId) => put(chatId, false),
    async load() {
      const mine = (heard = new Map<number, boolean>());
      try {
        const found = await fetchIds();
        if (heard !== mine) return;
        ids.value = new Set(found);
      } finally {
        if (heard === mine) heard = null;
      }
      for (const [chatId, isIn] of mine) put(chatId, isIn);
    },
  };
}

function isMineToRead(chat: Holding, me: number | null): boolean {
  const isMine = chat.operator === null || chat.operator.id === me;
  return isMine && chat.countUnread > 0 && chat.block === Block.None;
}
