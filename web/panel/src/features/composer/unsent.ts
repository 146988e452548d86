import type { Outgoing } from "./outgoing";

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;
type Kept = Pick<
  Outgoing,
  "key" | "chatId" | "authorName" | "text" | "lastSeenMessageId" | "replyToId" | "createdAt"
> & {
  readonly fileName: string | null;
};

/**
 * Messages that were not yet at the server, kept where a reload and a new sign-in find them.
 *
 * Files are too large for that place: of those only the name is kept.
 */
export interface Unsent {
  read(): readonly Outgoing[];
  write(outgoing: readonly Outgoing[]): void;
}

/** `operatorId`: they are shown only to the one who wrote them. */
export function createUnsent(operatorId: () => number, store: Store = sessionStorage): Unsent {
  const key = (): string => `opdesk.unsent.${operatorId()}`;
  return {
    read() {
      try {
        return (JSON.parse(store.getItem(key()) ?? "[]") as Kept[]).map(restored);
      } catch {
        return [];
      }
    },
    write(outgoing) {
      try {
        if (outgoing.length > 0) store.setItem(key(), JSON.stringify(outgoing.map(kept)));
        else store.removeItem(key());
      } catch {
        // A browser that forbids storage, or has none left, still sends.
      }
    },
  };
}

function kept(one: Outgoing): Kept {
  const { key, chatId, authorName, text, lastSeenMessageId, replyToId, createdAt } = one;
  const fileName = one.attachment?.name ?? lostFile(one);
  return { key, chatId, authorName, text, lastSeenMessageId, replyToId, createdAt, fileName };
}

function lostFile({ failure }: Outgoing): string | null {
  return failure?.code === "file_lost" ? failure.detail : null;
}

/** It waits for the person: with its own key, a repeat of what arrived all the same does no harm. */
function restored({ fileName, ...one }: Kept): Outgoing {
  return {
    ...one,
    attachment: null,
    mediaId: null,
    isForced: false,
    state: "failed",
    heldBy: [],
    failure:
      fileName === null
        ? { code: "interrupted", detail: "" }
        : { code: "file_lost", detail: fileName },
  };
}
