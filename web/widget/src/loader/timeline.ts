import type { Message, Synced } from "./desk";

/** What of a visitor's chat is known here. */
export interface Timeline {
  readonly items: readonly Message[];
  readonly hasMore: boolean;
}

/**
 * The chat after news: the newest page replaces what was there of it, older messages stay.
 *
 * When there is a gap between what was known and the page, the older ones are dropped: they are
 * read again by whoever scrolls up, so nothing can be missing in between.
 */
export function merged(known: Timeline, news: Pick<Synced, "items" | "hasMore">): Timeline {
  const page = news.items;
  if (!page) return known;
  const at = known.items.findIndex(({ id }) => id === page[0]?.id);
  const older = news.hasMore && at > 0 ? known.items.slice(0, at) : [];
  return {
    items: [...older, ...page],
    hasMore: older.length > 0 ? known.hasMore : news.hasMore,
  };
}

/** The chat with an older page in front. */
export function extended(known: Timeline, page: Timeline): Timeline {
  const first = known.items[0]?.id ?? Infinity;
  return {
    items: [...page.items.filter(({ id }) => id < first), ...known.items],
    hasMore: page.hasMore,
  };
}

/** The chat with a message that the server has just taken; news of it may have been here before. */
export function withTaken(known: Timeline, taken: Message): Timeline {
  const others = known.items.filter(({ id }) => id !== taken.id);
  const items = [...others, taken].sort((one, other) => one.id - other.id);
  return { ...known, items };
}

/** How many of the organization's messages nobody has seen, here or on another page. */
export function unreadOf(items: readonly Message[], seen: number): number {
  return items.filter((one) => !one.isOwn && !one.isSeen && one.id > seen).length;
}

/** The newest message that was sent to the visitor; 0 for none. */
export function newestReceived(items: readonly Message[]): number {
  return items.findLast((one) => !one.isOwn)?.id ?? 0;
}
