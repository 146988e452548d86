import { type Api, ProblemError } from "@shared/api/client";
import type { KeptDraft } from "@shared/api/model";
import { type ShallowRef, shallowRef } from "vue";

import type { Drafts } from "./drafts";

/** So long after the last key a draft goes to the server. */
const QUIET_MS = 1000;

/**
 * What this operator has begun to write, on all of their tabs and devices. The tab's own drafts
 * are written first and need no server; this follows.
 */
export interface ServerDrafts {
  /** The texts by chat, for the list of chats. */
  readonly texts: Readonly<ShallowRef<ReadonlyMap<number, string>>>;
  load(): Promise<void>;
  /** The text that belongs into a chat's composer: another device's, if it was changed there. */
  read(chatId: number): Promise<string>;
  /** The person types; an empty text goes at once. */
  note(chatId: number, text: string): void;
  /** What waits for a quiet moment goes now. */
  flush(): void;
}

export function createServerDrafts(api: Api, drafts: Drafts): ServerDrafts {
  const texts = shallowRef<ReadonlyMap<number, string>>(new Map());
  const waiting = new Map<number, ReturnType<typeof setTimeout>>();
  const running = new Map<number, Promise<void>>();

  function show(chatId: number, text: string): void {
    if ((texts.value.get(chatId) ?? "") === text) return;
    const next = new Map(texts.value);
    if (text) next.set(chatId, text);
    else next.delete(chatId);
    texts.value = next;
  }

  function take({ chatId, text, version }: KeptDraft): void {
    drafts.keepSynced(chatId, { text, version });
  }

  /** One save of a chat after the other, each with the text of its moment. */
  function save(chatId: number): void {
    clearTimeout(waiting.get(chatId));
    waiting.delete(chatId);
    const before = running.get(chatId) ?? Promise.resolve();
    const next = before.then(() => write(chatId)).catch(() => undefined);
    running.set(chatId, next);
  }

  async function write(chatId: number): Promise<void> {
    const text = drafts.read(chatId);
    const known = drafts.synced(chatId);
    if (text === known.text) return;
    try {
      take(await put(chatId, text, known.version));
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 409) throw error;
      // Written elsewhere meanwhile. Who types last wins, and what was sent there is not undone.
      const there = await api.request<KeptDraft>("GET", `/api/chat/${chatId}/draft`);
      take(
        there.text === text || drafts.read(chatId) === ""
          ? there
          : await put(chatId, text, there.version),
      );
    }
  }

  const put = (chatId: number, text: string, version: number): Promise<KeptDraft> =>
    api.request<KeptDraft>("PUT", `/api/chat/${chatId}/draft`, { body: { text, version } });

  return {
    texts,
    async load() {
      const { items } = await api.request<{ items: KeptDraft[] }>("GET", "/api/chat/drafts");
      texts.value = new Map(items.map(({ chatId, text }) => [chatId, text]));
    },
    async read(chatId) {
      await running.get(chatId);
      const there = await api.request<KeptDraft>("GET", `/api/chat/${chatId}/draft`);
      const mine = drafts.read(chatId);
      const isUntouched = mine === drafts.synced(chatId).text;
      if (!isUntouched && there.version !== drafts.synced(chatId).version && mine === "")
        return mine;
      if (isUntouched) {
        take(there);
        show(chatId, there.text);
        return there.text;
      }
      this.note(chatId, mine);
      return mine;
    },
    note(chatId, text) {
      show(chatId, text);
      clearTimeout(waiting.get(chatId));
      if (text === "") return save(chatId);
      waiting.set(
        chatId,
        setTimeout(() => save(chatId), QUIET_MS),
      );
    },
    flush() {
      for (const chatId of [...waiting.keys()]) save(chatId);
    },
  };
}
