import { type Ref, watch } from "vue";

/** The hub counts a word of typing for 6 s; said every 3 s it never runs out in between. */
const TYPING_EVERY_MS = 3000;

/**
 * Tells the hub which chat is on screen, whenever that changes and on every new connection.
 *
 * `tell` is called only while `isOnline`; a new connection reads nothing until it is told.
 */
export function reportReading(
  chatId: Readonly<Ref<number | null>>,
  isOnline: Readonly<Ref<boolean>>,
  tell: (chatId: number | null) => void,
): void {
  let told: number | null = null;
  watch(
    [chatId, isOnline],
    ([now, canTell]) => {
      if (!canTell) told = null;
      else if (now !== told) tell((told = now));
    },
    { immediate: true },
  );
}

/** Tells the hub whether the page is on screen; a new connection takes it that it is. */
export function reportWatching(
  isVisible: Readonly<Ref<boolean>>,
  isOnline: Readonly<Ref<boolean>>,
  tell: (isWatching: boolean) => void,
): void {
  let told = true;
  watch(
    [isVisible, isOnline],
    ([now, canTell]) => {
      if (!canTell) told = true;
      else if (now !== told) tell((told = now));
    },
    // A page that is put to sleep has no time for later.
    { immediate: true, flush: "sync" },
  );
}

/** Passes on that a person types in a chat, at most every 3 s for each chat. */
export function createTypingReport(
  tell: (chatId: number) => void,
  now: () => number,
): (chatId: number) => void {
  let last: { readonly chatId: number; readonly at: number } | null = null;
  return (chatId) => {
    const at = now();
    if (last?.chatId === chatId && at - last.at < TYPING_EVERY_MS) return;
    last = { chatId, at };
    tell(chatId);
  };
}
