/** Texts begun and not sent, by chat. They outlive a reload and a sign-in in the same tab. */
export interface Drafts {
  read(chatId: number): string;
  write(chatId: number, text: string): void;
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** `operatorId`: a draft is shown only to the one who wrote it. */
export function createDrafts(operatorId: () => number, store: Store = sessionStorage): Drafts {
  const keyOf = (chatId: number): string => `opdesk.draft.${operatorId()}.${chatId}`;
  return {
    read: (chatId) => store.getItem(keyOf(chatId)) ?? "",
    write(chatId, text) {
      if (text) store.setItem(keyOf(chatId), text);
      else store.removeItem(keyOf(chatId));
    },
  };
}
