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
  /** The messages end before the newest one: they stand around one that was asked for. */
  readonly hasNewer: boolean;
  readonly state: "loading" | "ready" | "loadingOlder" | "loadingNewer" | "failed" | "gone";
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
  loadNewer(chatId: number): Promise<void>;
  /** Loads the messages around one, unless it is loaded. False: the chat has no such message. */
  loadAround(chatId: number, messageId: number): Promise<boolean>;
  /** Goes from messages around one to the newest. */
  loadNewest(chatId: number): Promise<void>;
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
  /** Counts what a chat's messages were last loaded anew for: an answer to anything older is late. */
  const turns = new Map<number, number>();
  /** Chats whose newest messages were told of while others were under way. */
  const passedBy = new Set<number>();

  function turn(chatId: number): () => boolean {
    const mine = (turns.get(chatId) ?? 0) + 1;
    turns.set(chatId, mine);
    return () => turns.get(chatId) === mine;
  }

  function change(chatId: number, fields: Partial<Conversation>): void {
    const conversation = kept.get(chatId);
    if (conversation) conversation.value = { ...conversation.value, ...fields };
  }

  type Place = { before: number } | { after: number } | { around: number };

  async function page(chatId: number, place: Place): Promise<MessagePage> {
    const loaded = await api.request<MessagePage>("GET", `/api/chat/${chatId}/messages`, {
      query: { ...place, per_page: PAGE_SIZE },
    });
    onLoaded(loaded.items);
    return loaded;
  }

  async function loadNewest(chatId: number): Promise<boolean> {
    const isCurrent = turn(chatId);
    try {
      const { items } = await page(chatId, { before: Number.MAX_SAFE_INTEGER });
      if (!isCurrent()) return true;
      const hasOlder = items.length === PAGE_SIZE;
      // What came live while the page was under way is newer than the page.
      const known = kept.get(chatId)?.value.messages ?? [];
      const told = new Set(items.map(({ id }) => id));
      const last = Math.max(0, ...told);
      const kin = known.filter(({ id }) => id > last || told.has(id));
      const messages = mergeMessages(kin, items);
      change(chatId, { messages, hasOlder, hasNewer: false, state: "ready" });
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (!isCurrent()) return false;
      const isGone = error.status === 404;
      const isOnScreen = (kept.get(chatId)?.value.messages ?? []).length > 0;
      if (isGone || !isOnScreen) change(chatId, { state: isGone ? "gone" : "failed" });
      return isGone;
    }
  }

  /** Messages that are on their way because they stand around one. */
  const landing = new Map<number, Promise<void>>();

  async function readAround(chatId: number, messageId: number): Promise<void> {
    const isCurrent = turn(chatId);
    passedBy.delete(chatId);
    const { items } = await page(chatId, { around: messageId });
    if (!isCurrent()) return;
    const half = PAGE_SIZE / 2;
    const at = items.findIndex(({ id }) => id === messageId);
    const hasNewer = items.length - at - 1 === half || passedBy.has(chatId);
    change(chatId, { messages: items, hasOlder: at === half, hasNewer, state: "ready" });
  }

  /** What is on screen is read anew where it is. False: it could not be. */
  async function readAgain(chatId: number): Promise<boolean> {
    const onTheWay = landing.get(chatId);
    if (onTheWay)
      return onTheWay.then(
        () => true,
        () => false,
      );
    const { messages, hasNewer } = kept.get(chatId)?.value ?? { messages: [], hasNewer: false };
    const middle = messages[Math.floor(messages.length / 2)];
    if (!hasNewer || !middle) return loadNewest(chatId);
    try {
      await readAround(chatId, middle.id);
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return error.status === 404 && loadNewest(chatId);
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
    const last = conversation.messages.at(-1);
    const isKnown = conversation.messages.some(({ id }) => id === message.id);
    // A message behind the end of what is loaded would hide that others lie between.
    if (!isKnown && last && conversation.hasNewer && message.position >= last.position) {
      return void passedBy.add(message.chatId);
    }
    passedBy.add(message.chatId);
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
        hasNewer: false,
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
      const wasIn = turns.get(chatId);
      change(chatId, { state: "loadingOlder" });
      try {
        const { items } = await page(chatId, { before: oldest.id });
        if (turns.get(chatId) !== wasIn) return;
        const messages = mergeMessages(items, kept.get(chatId)?.value.messages ?? []);
        change(chatId, { messages, hasOlder: items.length === PAGE_SIZE, state: "ready" });
      } catch (error) {
        if (turns.get(chatId) === wasIn) change(chatId, { state: "ready" });
        throw error;
      }
    },
    async loadNewer(chatId) {
      const conversation = kept.get(chatId)?.value;
      const newest = conversation?.messages.at(-1);
      if (conversation?.state !== "ready" || !conversation.hasNewer || !newest) return;
      const wasIn = turns.get(chatId);
      passedBy.delete(chatId);
      change(chatId, { state: "loadingNewer" });
      try {
        const { items } = await page(chatId, { after: newest.id });
        if (turns.get(chatId) !== wasIn) return;
        const messages = mergeMessages(kept.get(chatId)?.value.messages ?? [], items);
        const hasNewer = items.length === PAGE_SIZE || passedBy.has(chatId);
        change(chatId, { messages, hasNewer, state: "ready" });
      } catch (error) {
        if (turns.get(chatId) === wasIn) change(chatId, { state: "ready" });
        throw error;
      }
    },
    async loadAround(chatId, messageId) {
      if (kept.get(chatId)?.value.messages.some(({ id }) => id === messageId)) return true;
      const read = readAround(chatId, messageId);
      landing.set(chatId, read);
      try {
        await read;
        return true;
      } catch (error) {
        if (!(error instanceof ProblemError) || error.status !== 404) throw error;
        await loadNewest(chatId);
        return false;
      } finally {
        if (landing.get(chatId) === read) landing.delete(chatId);
      }
    },
    async loadNewest(chatId) {
      await loadNewest(chatId);
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
      return chatId === null || !kept.has(chatId) || readAgain(chatId);
    },
  };
}
