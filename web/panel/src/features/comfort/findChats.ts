import { type Api, ProblemError } from "@shared/api/client";
import type { Chat } from "@shared/api/model";
import { onScopeDispose, type Ref, shallowRef, watch } from "vue";

import { findChats } from "../chats/chatsApi";

const PAUSE_MS = 250;
const MOST = 8;

/** Chats for what is typed: at once those that are `known`, then what the server finds as well. */
export function useFoundChats(
  api: Api,
  typed: Readonly<Ref<string>>,
  known: () => readonly Chat[],
): Readonly<Ref<readonly Chat[]>> {
  const found = shallowRef<readonly Chat[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | null = null;

  async function ask(text: string): Promise<void> {
    const mine = (asking = new AbortController());
    try {
      const chats = await findChats(api, text, mine.signal);
      if (asking === mine) found.value = together(found.value, chats);
    } catch (error) {
      // What is known is there all the same; a search that was overtaken is no failure.
      if (!(error instanceof ProblemError) && !mine.signal.aborted) throw error;
    }
  }

  function stop(): void {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
  }

  watch(
    typed,
    (text) => {
      stop();
      found.value = named(known(), text);
      if (text.trim()) timer = setTimeout(() => void ask(text.trim()), PAUSE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(stop);
  return found;
}

/** Those whose client's name or phone has the text in it; without one, the first. */
export function named(chats: readonly Chat[], text: string): readonly Chat[] {
  const asked = text.trim().toLocaleLowerCase();
  const isMeant = ({ client }: Chat): boolean =>
    client.name.toLocaleLowerCase().includes(asked) || (client.phone ?? "").includes(asked);
  return chats.filter(isMeant).slice(0, MOST);
}

/** What stands there stays where it is; the rest follows. */
export function together(shown: readonly Chat[], more: readonly Chat[]): readonly Chat[] {
  const ids = new Set(shown.map(({ id }) => id));
  return [...shown, ...more.filter(({ id }) => !ids.has(id))].slice(0, MOST);
}
