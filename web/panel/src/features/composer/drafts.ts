import type { Attachment } from "./outgoing";

/**
 * Texts begun and not sent, by chat. They outlive a reload and a sign-in in the same tab; a file
 * that was chosen waits only as long as the page lives.
 */
export interface Drafts {
  read(chatId: number): string;
  write(chatId: number, text: string): void;
  file(chatId: number): Attachment | null;
  keepFile(chatId: number, file: Attachment | null): void;
  hasFiles(): boolean;
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** `operatorId`: a draft is shown only to the one who wrote it. */
export function createDrafts(operatorId: () => number, store: Store = sessionStorage): Drafts {
  const keyOf = (chatId: number): string => `opdesk.draft.${operatorId()}.${chatId}`;
  const files = new Map<number, Attachment>();
  return {
    file: (chatId) => files.get(chatId) ?? null,
    keepFile(chatId, file) {
      if (file) files.set(chatId, file);
      else files.delete(chatId);
    },
    hasFiles: () => files.size > 0,
    read: (chatId) => store.getItem(keyOf(chatId)) ?? "",
    write(chatId, text) {
      if (text) store.setItem(keyOf(chatId), text);
      else store.removeItem(keyOf(chatId));
    },
  };
}
