/** What Enter does in the composer: send, or begin a line (then Ctrl+Enter sends). */
export type EnterKey = "send" | "line";

type Store = Pick<Storage, "getItem" | "setItem">;

export interface EnterChoice {
  read(): EnterKey;
  write(choice: EnterKey): void;
}

/** Kept in the browser for each operator. */
export function createEnterChoice(
  operatorId: () => number,
  store: Store = localStorage,
): EnterChoice {
  const key = (): string => `opdesk.enter.${operatorId()}`;
  return {
    read: () => (store.getItem(key()) === "line" ? "line" : "send"),
    write: (choice) => store.setItem(key(), choice),
  };
}

/** Whether a key press sends. With Ctrl or Cmd, Enter always does; with Shift it never does. */
export function isSending(event: KeyboardEvent, choice: EnterKey): boolean {
  // An input method's Enter chooses a word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return false;
  return event.ctrlKey || event.metaKey || choice === "send";
}
