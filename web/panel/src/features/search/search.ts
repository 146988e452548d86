import { type Api, ProblemError } from "@shared/api/client";
import type { FoundChat, FoundMessage, SearchPage } from "@shared/api/model";
import { readonly, type Ref, ref, type ShallowRef, shallowRef } from "vue";

const PAGE_SIZE = 30;
/** So few hits make no list yet: the search goes on by itself, for so many requests at most. */
const ENOUGH = 15;
const MOST_REQUESTS = 10;

export interface SearchState {
  /** What stands in the field. */
  readonly text: string;
  readonly chats: readonly FoundChat[];
  readonly messages: readonly FoundMessage[];
  /** Older messages may be found yet. */
  readonly hasMore: boolean;
  readonly state: "idle" | "loading" | "ready" | "loadingMore" | "failed";
}

export interface Search {
  readonly now: Readonly<ShallowRef<SearchState>>;
  /** How often a hit was chosen: who chooses one again wants to be led there again. */
  readonly chosen: Readonly<Ref<number>>;
  ask(text: string): Promise<void>;
  /** Goes on with older messages, or asks again after a failure. */
  more(): Promise<void>;
  choose(): void;
}

const NOTHING: SearchState = { text: "", chats: [], messages: [], hasMore: false, state: "idle" };

export function createSearch(api: Api): Search {
  const now = shallowRef(NOTHING);
  const chosen = ref(0);
  let asking: AbortController | null = null;
  let next: string | null = null;

  async function read(mine: AbortController): Promise<void> {
    const before = now.value.messages.length;
    try {
      for (let request = 0; request < MOST_REQUESTS; request += 1) {
        const page: SearchPage = await api.request("GET", "/api/chat/search", {
          query: { text: now.value.text, limit: PAGE_SIZE, after: next },
          signal: mine.signal,
        });
        if (asking !== mine) return;
        const { chats, messages } = now.value;
        next = page.next;
        now.value = {
          ...now.value,
          chats: chats.length > 0 ? chats : page.chats,
          messages: [...messages, ...page.messages],
          hasMore: next !== null,
        };
        if (next === null || now.value.messages.length - before >= ENOUGH) break;
      }
      now.value = { ...now.value, state: "ready" };
    } catch (error) {
      if (asking !== mine || mine.signal.aborted) return;
      if (!(error instanceof ProblemError)) throw error;
      now.value = { ...now.value, state: "failed" };
    }
  }

  function begin(): AbortController {
    asking?.abort();
    return (asking = new AbortController());
  }

  async function ask(text: string): Promise<void> {
    if (text === now.value.text) return;
    const mine = begin();
    next = null;
    now.value = text ? { ...NOTHING, text, state: "loading" } : NOTHING;
    if (text) await read(mine);
  }

  return {
    now,
    chosen: readonly(chosen),
    ask,
    async more() {
      const { state, hasMore } = now.value;
      if (state !== "failed" && (state !== "ready" || !hasMore)) return;
      now.value = {
        ...now.value,
        state: now.value.messages.length > 0 ? "loadingMore" : "loading",
      };
      await read(begin());
    },
    choose: () => (chosen.value += 1),
  };
}
