import type { Api } from "@shared/api/client";
import { ProblemError } from "@shared/api/client";
import type { Message } from "@shared/api/model";
import { createDates, type Dates } from "@shared/format/dates";
import { type Language, type Languages, LOCALES } from "@shared/i18n";
import { computed, type ComputedRef, inject, type InjectionKey, type Ref, ref } from "vue";

import { type Chats, createChats } from "./features/chats/chats";
import { createDrafts, type Drafts } from "./features/composer/drafts";
import { createSender, type Sender } from "./features/composer/sender";
import { type Conversations, createConversations } from "./features/conversation/conversations";
import { hubConnector } from "./features/live/hub";
import {
  browserTimers,
  createLive,
  type Live,
  type LiveEvent,
  type LiveListener,
} from "./features/live/live";
import type { Session } from "./features/session/session";

/** Everything that the pages of a signed-in operator share. */
export interface Desk {
  readonly api: Api;
  readonly session: Session;
  readonly languages: Languages;
  readonly chats: Chats;
  readonly conversations: Conversations;
  readonly sender: Sender;
  readonly drafts: Drafts;
  readonly live: Live;
  /** Dates in the organization's time zone and the reader's language. */
  readonly dates: ComputedRef<Dates>;
  /** Now, to the minute: what is "5 min ago" follows it. */
  readonly minute: Readonly<Ref<number>>;
  /** The client's message that arrived last, for those who hear the page. */
  readonly latest: Readonly<Ref<Message | null>>;
}

const DESK: InjectionKey<Desk> = Symbol("desk");
export const deskKey = DESK;

export function useDesk(): Desk {
  const desk = inject(DESK);
  if (!desk) throw new Error("useDesk() outside of the panel");
  return desk;
}

const MINUTE_MS = 60_000;

export function createDesk(api: Api, session: Session, languages: Languages): Desk {
  const chats = createChats(api);
  const conversations = createConversations(api);
  const latest = ref<Message | null>(null);
  const minute = ref(Date.now());
  setInterval(() => (minute.value = Date.now()), MINUTE_MS);

  const sender = createSender(api, {
    authorName: () => session.me.value?.operator.name ?? "",
    onSent: take,
    now: () => Date.now(),
    wait: (ms) => browserTimers.wait(ms).done,
    random: () => Math.random(),
  });

  function take(message: Message): void {
    conversations.put(message);
    chats.noteMessage(message);
  }

  function hear(event: LiveEvent): void {
    switch (event.type) {
      case "chatCreated":
      case "chatChanged":
        return chats.put(event.data);
      case "chatRemoved":
        chats.drop(event.data.id);
        return conversations.drop(event.data.id);
      case "messageCreated":
        if (event.data.author === 1) latest.value = event.data;
        sender.noteMessage(event.data);
        return take(event.data);
      case "messageChanged":
        return take(event.data);
    }
  }

  const listener: LiveListener = {
    onEvent: hear,
    onReload() {
      void chats.reload();
      void conversations.reload(chats.openId.value);
    },
    onLost: () => void askWhy(api),
  };

  return {
    api,
    session,
    languages,
    chats,
    conversations,
    sender,
    drafts: createDrafts(() => session.me.value?.operator.id ?? 0),
    live: createLive(
      hubConnector(() => session.me.value?.operator.id ?? null),
      listener,
      browserTimers,
    ),
    dates: computed(() =>
      createDates(
        LOCALES[languages.current.value as Language],
        session.me.value?.organization.timeZone ?? "UTC",
      ),
    ),
    minute,
    latest,
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
