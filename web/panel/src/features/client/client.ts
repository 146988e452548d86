import { type Api, ProblemError } from "@shared/api/client";
import type { ClientAbout, ClientCard } from "@shared/api/model";
import { type Ref, ref, shallowRef } from "vue";

export interface Client {
  /** What is known of the chat's client; null until it was read. */
  readonly card: Readonly<Ref<ClientCard | null>>;
  readonly hasFailed: Readonly<Ref<boolean>>;
  readonly isBusy: Readonly<Ref<boolean>>;
  /** Shows a chat's client, and reads them anew. */
  show(chatId: number): Promise<void>;
  /** These are one person. Rejects with the problem when that was not stored. */
  join(otherChatId: number): Promise<void>;
  /** These are two people. */
  keepApart(otherChatId: number): Promise<void>;
  /**
   * Keeps what was written down in place of what was read as `version`. False: a colleague has
   * written meanwhile, and the card has theirs.
   */
  describe(about: ClientAbout): Promise<boolean>;
  /** Parts the client from those that they are joined with; chats that are not theirs any more. */
  separate(): Promise<readonly number[]>;
}

/** The client of the chat on screen. What comes late for another chat is dropped. */
export function createClient(api: Api): Client {
  const card = shallowRef<ClientCard | null>(null);
  const hasFailed = ref(false);
  const isBusy = ref(false);
  let shownId = 0;
  let asked = 0;

  function take(chatId: number, mine: number, found: ClientCard): void {
    if (chatId === shownId && mine === asked) card.value = found;
  }

  /** Whoever asks later has the newer answer. */
  async function change(method: "POST" | "PUT" | "DELETE", path: string, body?: object) {
    const chatId = shownId;
    const mine = (asked += 1);
    isBusy.value = true;
    try {
      const where = `/api/chat/${chatId}/client/${path}`;
      const found = await api.request<ClientCard>(method, where, body ? { body } : {});
      take(chatId, mine, found);
      return found;
    } finally {
      isBusy.value = false;
    }
  }

  async function show(chatId: number): Promise<void> {
    if (chatId !== shownId) card.value = null;
    shownId = chatId;
    const mine = (asked += 1);
    hasFailed.value = false;
    try {
      take(chatId, mine, await api.request<ClientCard>("GET", `/api/chat/${chatId}/client`));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (mine === asked) hasFailed.value = card.value === null;
    }
  }

  return {
    card,
    hasFailed,
    isBusy,
    show,
    async join(otherChatId) {
      await change("POST", "join", { chatId: otherChatId });
    },
    async keepApart(otherChatId) {
      await change("POST", "apart", { chatId: otherChatId });
    },
    async describe(about) {
      try {
        await change("PUT", "about", about);
      } catch (error) {
        if (!(error instanceof ProblemError) || error.status !== 409) throw error;
        await show(shownId);
        return false;
      }
      return true;
    },
    async separate() {
      const before = card.value?.otherChats ?? [];
      const after = await change("DELETE", "join");
      const left = new Set(after.otherChats.map((chat) => chat.id));
      return before.map((chat) => chat.id).filter((id) => !left.has(id));
    },
  };
}
