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
  /** The messages of a chat; they begin to load when it is first asked for. */
  open(chatId: number): Readonly<ShallowRef<Conversation>>;
  loadOlder(chatId: number): Promise<void>;
  retry(chatId: number): Promise<void>;
  put(message: Message): void;
  drop(chatId: number): void;
  /** Reads the newest messages of `chatId` anew and forgets what else was kept. */
  reload(chatId: number | null): Promise<void>;
}

export function createConversations(api: Api): Conversations {
  const kept = new Map<number, ShallowRef<Conversation>>();

  function change(chatId: number, fields: Partial<Conversation>): void {
    const conversation = kept.get(chatId);
    if (conversation) conversation.value = { ...conversation.value, ...fields };
  }

  async function page(chatId: number, before: number): Promise<MessagePage> {
    return api.request("GET", `/api/chat/${chatId}/messages`, {
      query: { before, per_page: PAGE_SIZE },
    });
  }

  async function loadNewest(chatId: number): Promise<void> {
    try {
      const { items } = await page(chatId, Number.MAX_SAFE_INTEGER);
      const hasOlder = items.length === PAGE_SIZE;
      // What came live while the page was under way is newer than the page.
      const live = (kept.get(chatId)?.value.messages ?? []).filter(
        (message) => message.id > (items.at(-1)?.id ?? 0),
      );
      change(chatId, { messages: mergeMessages(items, live), hasOlder, state: "ready" });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      change(chatId, { state: error.status === 404 ? "gone" : "failed" });
    }
  }

  function forgetOldest(): void {
    for (const chatId of kept.keys()) {
      if (kept.size <= KEPT) return;
      kept.delete(chatId);
    }
  }

  return {
    open(chatId) {
      const known = kept.get(chatId);
      if (known && known.value.state !== "failed") {
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
    async retry(chatId) {
      change(chatId, { state: "loading" });
      await loadNewest(chatId);
    },
    put(message) {
      const conversation = kept.get(message.chatId)?.value;
      if (!conversation) return;
      change(message.chatId, { messages: putMessage(conversation.messages, message) });
    },
    drop: (chatId) => change(chatId, { messages: [], state: "gone" }),
    async reload(chatId) {
      for (const other of [...kept.keys()]) if (other !== chatId) kept.delete(other);
      if (chatId !== null && kept.has(chatId)) await loadNewest(chatId);
    },
  };
}
