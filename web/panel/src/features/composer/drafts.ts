import type { Attachment } from "./outgoing";

/**
 * Texts begun and not sent, by chat. They outlive a reload and a sign-in in the same tab; a file
 * that was chosen waits only as long as the page lives.
 */
export interface Drafts {
  read(chatId: number): string;
  write(chatId: number, text: string): void;
  files(chatId: number): readonly Attachment[];
  keepFiles(chatId: number, files: readonly Attachment[]): void;
  /** What the server had last, so that it is known who has written since: this tab or another. */
  synced(chatId: number): Synced;
  keepSynced(chatId: number, synced: Synced): void;
  hasFiles(): boolean;
}

export interface Synced {
  readonly text: string;
  /** 0: the server has never had one. */
  readonly version: number;
}

const NEVER: Synced = { text: "", version: 0 };

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** `operatorId`: a draft is shown only to the one who wrote it. */
export function createDrafts(operatorId: () => number, store: Store = sessionStorage): Drafts {
  const keyOf = (chatId: number): string => `opdesk.draft.${operatorId()}.${chatId}`;
  const files = new Map<number, readonly Attachment[]>();
  return {
    files: (chatId) => files.get(chatId) ?? [],
    keepFiles(chatId, chosen) {
      if (chosen.length > 0) files.set(chatId, chosen);
      else files.delete(chatId);
    },
    synced(chatId) {
      const known = store.getItem(`${keyOf(chatId)}.synced`);
      return known === null ? NEVER : (JSON.parse(known) as Synced);
    },
    keepSynced: (chatId, synced) => {
      store.setItem(`${keyOf(chatId)}.synced`, JSON.stringify(synced));
    },
    hasFiles: () => files.size > 0,
    read: (chatId) => store.getItem(keyOf(chatId)) ?? "",
    write(chatId, text) {
      if (text) store.setItem(keyOf(chatId), text);
      else store.removeItem(keyOf(chatId));
    },
  };
}
