import { type Ref, watch } from "vue";

type Locks = Pick<LockManager, "request" | "query">;

const PREFIX = "opdesk.seen.";

export interface Seen {
  /** Whether somebody has the chat before their eyes in any tab of this browser. */
  isSeen(chatId: number): Promise<boolean>;
}

/**
 * Tells the other tabs which chat is looked at in this one, by a lock of that name: it goes with
 * the tab, so nothing stale remains. `looked`: the chat that is open and focused here.
 */
export function createSeen(
  looked: Readonly<Ref<number | null>>,
  locks: Locks | null = (navigator.locks as Locks | undefined) ?? null,
): Seen {
  let leave: () => void = () => undefined;

  watch(
    looked,
    (chatId) => {
      leave();
      leave = chatId === null || !locks ? () => undefined : hold(locks, `${PREFIX}${chatId}`);
    },
    { immediate: true, flush: "sync" },
  );

  return {
    async isSeen(chatId) {
      if (looked.value === chatId) return true;
      const held = (await locks?.query())?.held ?? [];
      return held.some(({ name }) => name === `${PREFIX}${chatId}`);
    },
  };
}

/** Several tabs may look at the same chat, so the lock is shared. */
function hold(locks: Locks, name: string): () => void {
  const leaving = new AbortController();
  let release: () => void = () => undefined;
  const held = (): Promise<void> => new Promise((resolve) => (release = resolve));
  locks.request(name, { mode: "shared", signal: leaving.signal }, held).catch(() => undefined);
  return () => {
    leaving.abort();
    release();
  };
}
