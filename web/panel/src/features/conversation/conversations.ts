import { type Api, ProblemError } from "@shared/api/client";
import type { Message, MessagePage } from "@shared/api/model";
import { type ShallowRef, shallowRef } from "vue";

import { mergeMessages, putMessage } from "./messageList";

const PAGE_SIZE = 50;
/** Chats whose messages stay loaded after they left the screen, so that going back is instant. */
const KEPT = 20;

export interface Conversation {
  readonly chatId: number;
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  readonly state: "loading" | "ready" | "loadingOlder" | "failed" | "gone";
}

export interface Conversations {
  /**
   * The messages of a chat; they begin to load when it is first asked for. Asking is no reason to
   * load what failed again: `enter` is.
   */
  open(chatId: number): Readonly<ShallowRef<Conversation>>;
  /** The chat comes on screen, or the server is back: what failed is tried again. */
  enter(chatId: number): void;
  loadOlder(chatId: number): Promise<void>;
  retry(chatId: number): Promise<void>;
  put(message: Message): void;
  /** Takes the answer to our own send: older than whatever was told of that message since. */
  putAnswer(message: Message): void;
  /** The newest message that is loaded in a chat. */
  newestId(chatId: number): number | null;
  drop(chatId: number): void;
  /**
   * Reads the newest messages of `chatId` anew and forgets what else was kept. False when they
   * could not be read: what is on screen stays there and is old.
   */
  reload(chatId: number | null): Promise<boolean>;
}

/** `onLoaded` hears of every page that the server gave. */
export function createConversations(
  api: Api,
  onLoaded: (messages: readonly Message[]) => void,
): Conversations {
  const kept = new Map<number, ShallowRef<Conversation>>();

  function change(chatId: number, fields: Partial<Conversation>): void {
    const conversation = kept.get(chatId);
    if (conversation) conversation.value = { ...conversation.value, ...fields };
  }

  async function page(chatId: number, before: number): Promise<MessagePage> {
    const loaded = await api.request<MessagePage>("GET", `/api/chat/${chatId}/messages`, {
      query: { before, per_page: PAGE_SIZE },
    });
    onLoaded(loaded.items);
    return loaded;
  }

  async function loadNewest(chatId: number): Promise<boolean> {
    try {
      const { items } = await page(chatId, Number.MAX_SAFE_INTEGER);
      const hasOlder = items.length === PAGE_SIZE;
      // What came live while the page was under way is newer than the page.
      const known = kept.get(chatId)?.value.messages ?? [];
      const told = new Set(items.map(({ id }) => id));
      const last = Math.max(0, ...told);
      const kin = known.filter(({ id }) => id > last || told.has(id));
      const messages = mergeMessages(kin, items);
      change(chatId, { messages, hasOlder, state: "ready" });
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const isGone = error.status === 404;
      const isOnScreen = (kept.get(chatId)?.value.messages ?? []).length > 0;
      if (isGone || !isOnScreen) change(chatId, { state: isGone ? "gone" : "failed" });
      return isGone;
    }
  }

  function forgetOldest(): void {
    for (const chatId of kept.keys()) {
      if (kept.size <= KEPT) return;
      kept.delete(chatId);
    }
  }

  async function retry(chatId: number): Promise<void> {
    change(chatId, { state: "loading" });
    await loadNewest(chatId);
  }

  function put(message: Message): void {
    const conversation = kept.get(message.chatId)?.value;
    if (!conversation) return;
    change(message.chatId, { messages: putMessage(conversation.messages, message) });
  }

  return {
    open(chatId) {
      const known = kept.get(chatId);
      if (known) {
        kept.delete(chatId);
        kept.set(chatId, known);
        return known;
      }
      const fresh = shallowRef<Conversation>({
        chatId,
        messages: [],
        hasOlder: false,
        state: "loading",
      });
      kept.set(chatId, fresh);
      forgetOldest();
      void loadNewest(chatId);
      return fresh;
    },
    enter(chatId) {
      if (kept.get(chatId)?.value.state === "failed") void retry(chatId);
    },
    async loadOlder(chatId) {
      const conversation = kept.get(chatId)?.value;
      const oldest = conversation?.messages[0];
      if (conversation?.state !== "ready" || !conversation.hasOlder || !oldest) return;
      change(chatId, { state: "loadingOlder" });
      try {
        const { items } = await page(chatId, oldest.id);
        const messages = mergeMessages(items, kept.get(chatId)?.value.messages ?? []);
        change(chatId, { messages, hasOlder: items.length === PAGE_SIZE, state: "ready" });
      } catch (error) {
        change(chatId, { state: "ready" });
        throw error;
      }
    },
    retry,
    put,
    putAnswer(message) {
      const known = kept.get(message.chatId)?.value.messages ?? [];
      if (!known.some(({ id }) => id === message.id)) put(message);
    },
    newestId: (chatId) => {
      const ids = (kept.get(chatId)?.value.messages ?? []).map(({ id }) => id);
      return ids.length > 0 ? Math.max(...ids) : null;
    },
    drop: (chatId) => change(chatId, { messages: [], state: "gone" }),
    async reload(chatId) {
      for (const other of [...kept.keys()]) if (other !== chatId) kept.delete(other);
      return chatId === null || !kept.has(chatId) || loadNewest(chatId);
    },
  };
}
