import { type Api, ProblemError } from "@shared/api/client";
import { Author, type Chat, type ChatStatus, type Message } from "@shared/api/model";
import { computed, type ComputedRef, type Ref, ref, shallowRef } from "vue";

import { fetchChat, fetchChats, fetchTotal, fetchUnread, markRead, setStatus } from "./chatsApi";
import {
  addPage,
  ALL,
  type ChatFilter,
  type ChatWindow,
  dropChat,
  EMPTY,
  isTotalInDoubt,
  putChat,
  tidied,
  withLastMessage,
  withPinned,
} from "./chatWindow";
import { createPins, type Pins } from "./pins";
import { createUnread } from "./unread";

/** The hub's first word has the list read; so long it is waited for before the list is read anyway. */
const PATIENCE_MS = 600;
/** A total that came in doubt is asked for once in so long. */
const RECOUNT_MS = 3000;

export type Loading = "idle" | "first" | "more" | "failed";

export interface Chats {
  readonly window: Readonly<Ref<ChatWindow>>;
  readonly filter: Readonly<Ref<ChatFilter>>;
  readonly pins: Pins;
  /** What the list shows, in its order. */
  readonly listed: ComputedRef<readonly Chat[]>;
  readonly loading: Readonly<Ref<Loading>>;
  /** How many chats wait for this operator to read them: their own and nobody's. */
  readonly countUnread: ComputedRef<number>;
  /** The chat on screen, if its details are known. */
  readonly open: ComputedRef<Chat | null>;
  readonly openId: Readonly<Ref<number | null>>;
  /** The details of the chat on screen could not be read: not reached, or a failure of the server. */
  readonly hasOpenFailed: Readonly<Ref<boolean>>;
  /** Shows a chat, and reads its details if they are not known. */
  show(chatId: number | null): Promise<void>;
  /** The server is back: what failed is tried again. */
  recover(): Promise<void>;
  /** The page begins: the list is about to be read. */
  begin(): Promise<void>;
  narrow(filter: ChatFilter): Promise<void>;
  loadMore(): Promise<void>;
  /**
   * Reads the list and the chat on screen anew, without emptying the screen meanwhile. False when
   * they could not be read: what is on screen is old.
   */
  reload(): Promise<boolean>;
  /** Takes over a chat that changed, or was created just now. */
  put(chat: Chat, isNew?: boolean): void;
  drop(chatId: number): void;
  noteMessage(message: Message): void;
  changeStatus(chatId: number, status: ChatStatus): Promise<void>;
  read(chatId: number): Promise<void>;
}

/** The chats that this page knows: the list's window, and beside it the one on screen. */
export function createChats(
  api: Api,
  wait: (ms: number) => Promise<void>,
  me: () => number | null,
): Chats {
  const window = shallowRef<ChatWindow>(EMPTY);
  const filter = shallowRef(ALL);
  const loading = ref<Loading>("idle");
  const unread = createUnread(() => fetchUnread(api), me);
  const pins = createPins(api);
  const openId = ref<number | null>(null);
  const opened = shallowRef<Chat | null>(null);
  const hasOpenFailed = ref(false);
  let request: AbortController | null = null;
  let isRecounting = false;

  function note(chat: Chat): void {
    unread.note(chat);
    pins.note(chat);
    if (chat.id === openId.value) opened.value = chat;
  }

  function put(chat: Chat, isNew = false): void {
    note(chat);
    if (isTotalInDoubt(window.value, chat, filter.value)) void recount();
    window.value = putChat(window.value, chat, filter.value, openId.value, isNew);
  }

  async function recount(): Promise<void> {
    if (isRecounting) return;
    isRecounting = true;
    await wait(RECOUNT_MS);
    isRecounting = false;
    const asked = filter.value;
    const total = await fetchTotal(api, asked).catch(() => null);
    if (total !== null && filter.value === asked) window.value = { ...window.value, total };
  }

  function known(chatId: number): Chat | null {
    if (opened.value?.id === chatId) return opened.value;
    const isIt = (chat: Chat): boolean => chat.id === chatId;
    return window.value.chats.find(isIt) ?? pins.chats.value.find(isIt) ?? null;
  }

  /** False when it failed; what a later one has overtaken counts as read. */
  async function load(kind: "first" | "more" | "quiet"): Promise<boolean> {
    request?.abort();
    const mine = new AbortController();
    request = mine;
    if (kind !== "quiet") loading.value = kind;
    const before = kind === "more" ? window.value.next : null;
    try {
      const page = await fetchChats(api, filter.value, before, mine.signal);
      if (request !== mine) return true;
      page.items.forEach(note);
      const loaded = {
        chats: page.items,
        next: page.next,
        total: page.total ?? window.value.total,
      };
      window.value = kind === "more" ? addPage(window.value, loaded) : loaded;
      loading.value = "idle";
      return true;
    } catch (error) {
      if (request !== mine) return true;
      loading.value = kind === "quiet" ? "idle" : "failed";
      if (!(error instanceof ProblemError)) throw error;
      return false;
    }
  }

  /** The count in the tab's title, and what stands at the top: without them the list is a list. */
  function loadOwn(): void {
    void unread.load().catch(() => undefined);
    void pins.load().catch(() => undefined);
  }

  /** False when it failed. A chat that is gone was read as well: its page says so. */
  async function refreshOpen(): Promise<boolean> {
    const chatId = openId.value;
    if (chatId === null) return true;
    hasOpenFailed.value = false;
    try {
      put(await fetchChat(api, chatId));
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.status === 404) return true;
      if (chatId === openId.value) hasOpenFailed.value = opened.value === null;
      return false;
    }
  }

  return {
    window,
    filter,
    pins,
    listed: computed(() => withPinned(window.value, pins.chats.value, filter.value)),
    loading,
    countUnread: computed(() => unread.ids.value.size),
    open: computed(() => opened.value),
    openId,
    hasOpenFailed,
    async show(chatId) {
      if (openId.value === chatId && opened.value) return;
      openId.value = chatId;
      opened.value = chatId === null ? null : known(chatId);
      hasOpenFailed.value = false;
      window.value = tidied(window.value, filter.value, chatId);
      if (!opened.value) await refreshOpen();
    },
    async recover() {
      const list = loading.value === "failed" ? load("first") : null;
      if (hasOpenFailed.value) await refreshOpen();
      await list;
    },
    async begin() {
      if (request) return;
      loading.value = "first";
      await wait(PATIENCE_MS);
      if (request) return;
      loadOwn();
      await load("first");
    },
    async narrow(next) {
      filter.value = next;
      window.value = EMPTY;
      await load("first");
    },
    async loadMore() {
      if (loading.value === "idle" && window.value.next !== null) await load("more");
    },
    async reload() {
      loadOwn();
      const isEmpty = window.value.chats.length === 0;
      const list = load(isEmpty ? "first" : "quiet");
      const open = refreshOpen();
      return (await list) && (await open);
    },
    put,
    drop(chatId) {
      const isLoaded = window.value.chats.some((chat) => chat.id === chatId);
      if (!isLoaded && window.value.next !== null) void recount();
      window.value = dropChat(window.value, chatId);
      unread.drop(chatId);
      pins.drop(chatId);
      if (openId.value === chatId) opened.value = null;
    },
    noteMessage(message) {
      const chat = known(message.chatId);
      // What the system tells is never a chat's last message.
      if (chat && message.author !== Author.System) put(withLastMessage(chat, message));
    },
    async changeStatus(chatId, status) {
      await setStatus(api, chatId, status);
      const chat = known(chatId);
      if (chat) put({ ...chat, chatStatus: status });
    },
    async read(chatId) {
      await markRead(api, chatId);
      const chat = known(chatId);
      if (chat) put({ ...chat, countUnread: 0, wokeAt: null });
    },
  };
}
