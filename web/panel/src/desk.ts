import type { Api } from "@shared/api/client";
import { ProblemError, queryOf } from "@shared/api/client";
import { Author, Block, type MediaId, type Message } from "@shared/api/model";
import { postFile } from "@shared/api/upload";
import { createDates, type Dates } from "@shared/format/dates";
import { type Language, type Languages, LOCALES } from "@shared/i18n";
import { toast } from "@shared/ui/toasts";
import { computed, type ComputedRef, inject, type InjectionKey, type Ref, ref, watch } from "vue";

import { type Chats, createChats } from "./features/chats/chats";
import { createDrafts, type Drafts } from "./features/composer/drafts";
import type { Outgoing } from "./features/composer/outgoing";
import { createEnterChoice, type EnterChoice } from "./features/composer/enterKey";
import { createSender, type Sender } from "./features/composer/sender";
import { createServerDrafts, type ServerDrafts } from "./features/composer/serverDrafts";
import { createUnsent } from "./features/composer/unsent";
import type { PutFile } from "./features/composer/uploads";
import { type Conversations, createConversations } from "./features/conversation/conversations";
import type { Assignment, ChatEvent, MentionChange } from "./features/live/events";
import { hubConnector } from "./features/live/hub";
import { createLive, type Live } from "./features/live/live";
import type { Signal } from "./features/live/signals";
import { browserTimers } from "./features/live/timers";
import { createNotes, type Notes } from "./features/notes/notes";
import { type Colleagues, createColleagues } from "./features/presence/colleagues";
import { createTypingReport, reportReading, reportWatching } from "./features/presence/reports";
import { createSearch, type Search } from "./features/search/search";
import type { Session } from "./features/session/session";
import { createWork, type Work } from "./features/work/work";

/** Everything that the pages of a signed-in operator share. */
export interface Desk {
  readonly api: Api;
  readonly session: Session;
  readonly languages: Languages;
  readonly chats: Chats;
  readonly conversations: Conversations;
  readonly sender: Sender;
  readonly drafts: Drafts;
  readonly work: Work;
  readonly serverDrafts: ServerDrafts;
  readonly notes: Notes;
  readonly search: Search;
  readonly enterChoice: EnterChoice;
  /** Begins a file's way to the server. */
  readonly putFile: PutFile;
  readonly live: Live;
  readonly colleagues: Colleagues;
  /** Dates in the organization's time zone and the reader's language. */
  readonly dates: ComputedRef<Dates>;
  /** Now, to the minute: what is "5 min ago" follows it. */
  readonly minute: Readonly<Ref<number>>;
  /** The client's message that arrived last, for those who hear the page. */
  readonly latest: Readonly<Ref<Message | null>>;
  /** Tells colleagues that this operator writes in a chat. */
  noteTyping(chatId: number): void;
  /** Shows what this operator had not sent when the page was left, and says so. */
  restoreUnsent(): void;
}

/** The window that the desk stands in. */
export interface Surroundings {
  readonly isVisible: Readonly<Ref<boolean>>;
  /** Brings a chat on screen. */
  open(chatId: number): void;
}

const DESK: InjectionKey<Desk> = Symbol("desk");
export const deskKey = DESK;

export function useDesk(): Desk {
  const desk = inject(DESK);
  if (!desk) throw new Error("useDesk() outside of the panel");
  return desk;
}

const MINUTE_MS = 60_000;

export function createDesk(
  api: Api,
  session: Session,
  languages: Languages,
  { isVisible, open }: Surroundings,
): Desk {
  const { t } = languages.i18n.global;
  const me = (): number | null => session.me.value?.operator.id ?? null;
  const chats = createChats(api, (ms) => browserTimers.wait(ms).done, me);
  const conversations = createConversations(api, (messages) => sender.noteMessages(messages));
  const colleagues = createColleagues(me, browserTimers);
  const latest = ref<Message | null>(null);
  const minute = ref(Date.now());
  setInterval(() => (minute.value = Date.now()), MINUTE_MS);

  const sender: Sender = createSender(
    api,
    {
      author: () => session.me.value?.operator ?? null,
      newestId: conversations.newestId,
      onSent: takeAnswer,
      onHeld: hold,
      now: browserTimers.now,
      wait: (ms) => browserTimers.wait(ms).done,
      random: browserTimers.random,
    },
    createUnsent(() => me() ?? 0),
  );

  const drafts = createDrafts(() => me() ?? 0);
  const serverDrafts = createServerDrafts(api, drafts);
  const notes = createNotes(api, () => session.me.value?.operator.name ?? "", browserTimers.now);
  /** What others have changed of this operator's own marks: missing it costs a mark, no more. */
  const readOwnMarks = (): void => {
    void serverDrafts.load().catch(() => undefined);
    void notes.loadMentions().catch(() => undefined);
  };
  watch(me, (id) => id !== null && readOwnMarks(), { immediate: true });
  watch(isVisible, (isShown) => (isShown ? readOwnMarks() : serverDrafts.flush()));

  const putFile: PutFile = async ({ file, name, type }, onProgress, signal) => {
    const query = queryOf({ name, type });
    const headers = {
      "Content-Type": file.type || "application/octet-stream",
      "X-OpDesk-Operator": String(me() ?? ""),
    };
    const options = { headers, onProgress, signal };
    return (await postFile<MediaId>(`/api/media${query}`, file, options)).id;
  };

  function take(message: Message): void {
    conversations.put(message);
    chats.noteMessage(message);
  }

  /** What the hub has told of a message meanwhile is newer than the answer to its send. */
  function takeAnswer(message: Message): void {
    conversations.putAnswer(message);
    chats.noteMessage(message);
  }

  /** What was missed is put on screen even if the hub is late; elsewhere a toast leads there. */
  function hold(held: Outgoing, missed: readonly Message[]): void {
    missed.forEach(take);
    if (chats.openId.value === held.chatId) return;
    const text = t("held.elsewhere", { client: clientOf(held.chatId) });
    toast(text, "problem", { label: t("toChat"), run: () => open(held.chatId) });
  }

  function clientOf(chatId: number): string {
    const chat = chats.window.value.chats.find((known) => known.id === chatId);
    return chat?.client.name || t("chat.nameless");
  }

  function hear(event: ChatEvent): void {
    switch (event.type) {
      case "chatCreated":
        return chats.put(event.data, true);
      case "chatChanged":
        return chats.put(event.data);
      case "chatAssigned":
        return assign(event.data);
      case "chatRemoved":
        chats.drop(event.data.id);
        return conversations.drop(event.data.id);
      case "messageCreated":
        return arrive(event.data);
      case "messageChanged":
        return take(event.data);
      case "organizationChanged":
        return void followSettings().catch(() => undefined);
      case "noteCreated":
        return void notes.refresh(event.data.chatId).catch(() => undefined);
      case "mentionChanged":
        return hearMention(event.data);
      case "pinChanged":
        if (event.data.operatorId === me()) void chats.pins.load().catch(() => undefined);
        return;
    }
  }

  /** Tags, names, and whose chats one sees may be others now. */
  async function followSettings(): Promise<void> {
    await Promise.all([session.reload(), chats.reload()]);
  }

  function isSilent(chatId: number): boolean {
    const listed = chats.window.value.chats.find((known) => known.id === chatId);
    const chat = chats.open.value?.id === chatId ? chats.open.value : listed;
    return !!chat && chat.block !== Block.None;
  }

  function hearMention({ chatId, operatorId, isNew }: MentionChange): void {
    if (operatorId !== me()) return;
    notes.noteMention(chatId, isNew === 1);
    if (isNew !== 1) return;
    if (chats.openId.value === chatId && isVisible.value) return notes.see(chatId);
    const text = t("note.mentioned", { client: clientOf(chatId) });
    toast(text, "success", { label: t("toChat"), run: () => open(chatId) });
  }

  function arrive(message: Message): void {
    if (message.author === Author.Client) {
      if (!isSilent(message.chatId)) latest.value = message;
      colleagues.clientWrote(message.chatId);
    }
    sender.noteMessages([message]);
    take(message);
  }

  function assign({ chat, operatorId, byOperatorId }: Assignment): void {
    chats.put(chat);
    if (operatorId === null || operatorId !== me() || byOperatorId === operatorId) return;
    const client = chat.client.name || t("chat.nameless");
    const by = byOperatorId === null ? t("assigned.company") : colleagues.nameOf(byOperatorId);
    const text = t("assigned.toMe", { by: by ?? t("assigned.colleague"), client });
    toast(text, "success", { label: t("toChat"), run: () => open(chat.id) });
  }

  function hearSignal(signal: Signal): void {
    switch (signal.type) {
      case "presence":
        return colleagues.put(signal.data);
      case "clientTyping":
        return colleagues.clientTypes(signal.data.chatId);
      case "signedOut":
        return void session.signedOut(signal.data.reason);
    }
  }

  const live = createLive(
    hubConnector(me),
    {
      onEvent: hear,
      onSignal: hearSignal,
      onSignalsLost: colleagues.forget,
      async onReload() {
        void notes.reload(chats.openId.value).catch(() => undefined);
        const read = [chats.reload(), conversations.reload(chats.openId.value)];
        if ((await Promise.all(read)).includes(false))
          throw new Error("the page could not be read");
      },
      onLost: () => void askWhy(api),
    },
    browserTimers,
  );

  const isOnline = computed(() => live.state.value === "online");
  const onScreen = computed(() => (isVisible.value ? (chats.open.value?.id ?? null) : null));
  reportReading(onScreen, isOnline, live.reading);
  reportWatching(isVisible, isOnline, live.watching);
  watch(isOnline, (isBack) => isBack && recover());

  /** What failed while the server was away is tried again without a click. */
  function recover(): void {
    void chats.recover();
    if (chats.openId.value !== null) conversations.enter(chats.openId.value);
  }

  return {
    api,
    session,
    languages,
    chats,
    conversations,
    sender,
    drafts,
    work: createWork(api, chats, () => session.me.value?.organization.id ?? 0),
    serverDrafts,
    notes,
    search: createSearch(api),
    enterChoice: createEnterChoice(() => me() ?? 0),
    putFile,
    live,
    colleagues,
    dates: computed(() =>
      createDates(
        LOCALES[languages.current.value as Language],
        session.me.value?.organization.timeZone ?? "UTC",
      ),
    ),
    minute,
    latest,
    noteTyping: createTypingReport(live.typing, browserTimers.now),
    restoreUnsent() {
      const restored = sender.restore();
      const [first] = restored;
      if (!first) return;
      const action = { label: t("toChat"), run: () => open(first.chatId) };
      toast(t("unsent", restored.length), "problem", action);
    },
  };
}

/** The hub ends a connection of a session that is over; any call of the API then says so. */
async function askWhy(api: Api): Promise<void> {
  try {
    await api.request("GET", "/api/operator/me");
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
  }
}
