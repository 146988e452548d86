import { type Api, ProblemError } from "@shared/api/client";
import type { Chat, ChatStatus, Message } from "@shared/api/model";
import { computed, type ComputedRef, type Ref, ref, shallowRef } from "vue";

import { fetchChat, fetchChats, markRead, setStatus } from "./chatsApi";
import {
  addPage,
  type ChatFilter,
  type ChatWindow,
  dropChat,
  EMPTY,
  putChat,
  withLastMessage,
} from "./chatWindow";
import { noteUnread, type Unread, unreadChats } from "./unread";

export type Loading = "idle" | "first" | "more" | "failed";

export interface Chats {
  readonly window: Readonly<Ref<ChatWindow>>;
  readonly filter: Readonly<Ref<ChatFilter>>;
  readonly loading: Readonly<Ref<Loading>>;
  readonly unread: ComputedRef<number>;
  /** The chat on screen, if its details are known. */
  readonly open: ComputedRef<Chat | null>;
  readonly openId: Readonly<Ref<number | null>>;
  /** The details of the chat on screen could not be read: not reached, or a failure of the server. */
  readonly hasOpenFailed: Readonly<Ref<boolean>>;
  /** Shows a chat, and reads its details if they are not known. */
  show(chatId: number | null): Promise<void>;
  /** The server is back: what failed is tried again. */
  recover(): Promise<void>;
  narrow(filter: ChatFilter): Promise<void>;
  loadMore(): Promise<void>;
  /**
   * Reads the list and the chat on screen anew, without emptying the screen meanwhile. False when
   * they could not be read: what is on screen is old.
   */
  reload(): Promise<boolean>;
  put(chat: Chat): void;
  drop(chatId: number): void;
  noteMessage(message: Message): void;
  changeStatus(chatId: number, status: ChatStatus): Promise<void>;
  read(chatId: number): Promise<void>;
}

/** The chats that this page knows: the list's window, and beside it the one on screen. */
export function createChats(api: Api): Chats {
  const window = shallowRef<ChatWindow>(EMPTY);
  const filter = shallowRef<ChatFilter>({ status: null, search: "" });
  const loading = ref<Loading>("idle");
  const unread = shallowRef<Unread>(new Map());
  const openId = ref<number | null>(null);
  const opened = shallowRef<Chat | null>(null);
  const hasOpenFailed = ref(false);
  let request = new AbortController();

  function note(chat: Chat): void {
    unread.value = noteUnread(unread.value, chat);
    if (chat.id === openId.value) opened.value = chat;
  }

  function put(chat: Chat): void {
    note(chat);
    window.value = putChat(window.value, chat, filter.value, openId.value);
  }

  function known(chatId: number): Chat | null {
    if (opened.value?.id === chatId) return opened.value;
    return window.value.chats.find((chat) => chat.id === chatId) ?? null;
  }

  /** False when it failed; what a later one has overtaken counts as read. */
  async function load(kind: "first" | "more" | "quiet"): Promise<boolean> {
    request.abort();
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
    loading,
    unread: computed(() => unreadChats(unread.value)),
    open: computed(() => opened.value),
    openId,
    hasOpenFailed,
    async show(chatId) {
      if (openId.value === chatId && opened.value) return;
      openId.value = chatId;
      opened.value = chatId === null ? null : known(chatId);
      hasOpenFailed.value = false;
      if (!opened.value) await refreshOpen();
    },
    async recover() {
      const list = loading.value === "failed" ? load("first") : null;
      if (hasOpenFailed.value) await refreshOpen();
      await list;
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
      const isEmpty = window.value.chats.length === 0;
      const list = load(isEmpty ? "first" : "quiet");
      const open = refreshOpen();
      return (await list) && (await open);
    },
    put,
    drop(chatId) {
      window.value = dropChat(window.value, chatId);
      unread.value = noteUnread(unread.value, { id: chatId, countUnread: 0 });
      if (openId.value === chatId) opened.value = null;
    },
    noteMessage(message) {
      const chat = known(message.chatId);
      if (chat) put(withLastMessage(chat, message));
    },
    async changeStatus(chatId, status) {
      await setStatus(api, chatId, status);
      const chat = known(chatId);
      if (chat) put({ ...chat, chatStatus: status });
    },
    async read(chatId) {
      await markRead(api, chatId);
      const chat = known(chatId);
      if (chat) put({ ...chat, countUnread: 0 });
    },
  };
}
