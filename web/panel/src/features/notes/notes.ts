import type { Api } from "@shared/api/client";
import type { Note, NotePage } from "@shared/api/model";
import { newKey } from "@shared/net/keys";
import { type ShallowRef, shallowRef } from "vue";

/** A note on its way to the server; a failed one waits for the person. */
export interface PendingNote {
  readonly key: string;
  readonly text: string;
  readonly mentions: readonly number[];
  readonly authorName: string;
  readonly createdAt: string;
  readonly state: "sending" | "failed";
}

export interface ChatNotes {
  /** Oldest first. */
  readonly items: readonly Note[];
  /** The `before` of the page of older ones; null: there are none. */
  readonly next: number | null;
  readonly pending: readonly PendingNote[];
}

export interface Notes {
  open(chatId: number): Readonly<ShallowRef<ChatNotes>>;
  /** Reads the newest page anew. */
  refresh(chatId: number): Promise<void>;
  /** Notes as old as the messages on screen, by `position`, are loaded too. */
  reach(chatId: number, position: number): Promise<void>;
  add(chatId: number, text: string, mentions: readonly number[]): void;
  retry(chatId: number, key: string): void;
  discard(chatId: number, key: string): void;
  /** Chats in which this operator was mentioned and has not looked since. */
  readonly mentioned: Readonly<ShallowRef<ReadonlySet<number>>>;
  loadMentions(): Promise<void>;
  noteMention(chatId: number, isNew: boolean): void;
  see(chatId: number): void;
  /** After a lost connection: only what is on screen is read again. */
  reload(chatId: number | null): Promise<void>;
}

const NONE: ChatNotes = { items: [], next: null, pending: [] };

export function createNotes(api: Api, authorName: () => string, now: () => number): Notes {
  const kept = new Map<number, ShallowRef<ChatNotes>>();
  const mentioned = shallowRef<ReadonlySet<number>>(new Set());

  function of(chatId: number): ShallowRef<ChatNotes> {
    const known = kept.get(chatId) ?? shallowRef(NONE);
    kept.set(chatId, known);
    return known;
  }

  function change(chatId: number, fields: Partial<ChatNotes>): void {
    const it = of(chatId);
    it.value = { ...it.value, ...fields };
  }

  function page(chatId: number, before: number | null): Promise<NotePage> {
    return api.request<NotePage>("GET", `/api/chat/${chatId}/notes`, { query: { before } });
  }

  async function refresh(chatId: number): Promise<void> {
    const { items, next } = await page(chatId, null);
    const first = items[0]?.id ?? 0;
    const older = of(chatId).value.items.filter(({ id }) => id < first);
    const isJoined = older.length > 0;
    settle(chatId, [...older, ...items], isJoined ? of(chatId).value.next : next);
  }

  function settle(chatId: number, items: readonly Note[], next: number | null): void {
    const stored = new Set(items.map((one) => one.clientNoteId));
    const pending = of(chatId).value.pending.filter(({ key }) => !stored.has(key));
    change(chatId, { items, next, pending });
  }

  async function send(chatId: number, one: PendingNote): Promise<void> {
    try {
      const { key, text, mentions } = one;
      const body = { text, mentions, clientNoteId: key };
      const note = await api.request<Note>("POST", `/api/chat/${chatId}/note`, { body });
      const others = of(chatId).value.items.filter(({ id }) => id !== note.id);
      settle(
        chatId,
        [...others, note].sort((a, b) => a.id - b.id),
        of(chatId).value.next,
      );
    } catch {
      mark(chatId, one.key, "failed");
    }
  }

  function mark(chatId: number, key: string, state: PendingNote["state"]): void {
    const pending = of(chatId).value.pending.map((one) =>
      one.key === key ? { ...one, state } : one,
    );
    change(chatId, { pending });
  }

  return {
    open(chatId) {
      const isNew = !kept.has(chatId);
      const found = of(chatId);
      if (isNew) void refresh(chatId).catch(() => kept.delete(chatId));
      return found;
    },
    refresh: (chatId) => (kept.has(chatId) ? refresh(chatId) : Promise.resolve()),
    async reach(chatId, position) {
      for (;;) {
        const { items, next } = of(chatId).value;
        if (next === null || (items[0]?.position ?? 0) <= position) return;
        const older = await page(chatId, next);
        if (of(chatId).value.next !== next) return;
        settle(chatId, [...older.items, ...of(chatId).value.items], older.next);
      }
    },
    add(chatId, text, mentions) {
      const createdAt = new Date(now()).toISOString();
      const key = newKey();
      const one = { key, text, mentions, authorName: authorName(), createdAt, state: "sending" };
      const pending = one as PendingNote;
      change(chatId, { pending: [...of(chatId).value.pending, pending] });
      void send(chatId, pending);
    },
    retry(chatId, key) {
      const one = of(chatId).value.pending.find((known) => known.key === key);
      if (!one) return;
      mark(chatId, key, "sending");
      void send(chatId, one);
    },
    discard(chatId, key) {
      change(chatId, { pending: of(chatId).value.pending.filter((one) => one.key !== key) });
    },
    mentioned,
    async loadMentions() {
      const { chatIds } = await api.request<{ chatIds: number[] }>("GET", "/api/chat/mentions");
      mentioned.value = new Set(chatIds);
    },
    noteMention(chatId, isNew) {
      const next = new Set(mentioned.value);
      if (isNew) next.add(chatId);
      else next.delete(chatId);
      mentioned.value = next;
    },
    see(chatId) {
      if (!mentioned.value.has(chatId)) return;
      this.noteMention(chatId, false);
      void api
        .request("POST", `/api/chat/${chatId}/notes/seen`)
        .catch(() => this.noteMention(chatId, true));
    },
    async reload(chatId) {
      for (const other of [...kept.keys()]) {
        if (other !== chatId && of(other).value.pending.length === 0) kept.delete(other);
      }
      await Promise.all([this.loadMentions(), chatId === null ? null : this.refresh(chatId)]);
    },
  };
}
