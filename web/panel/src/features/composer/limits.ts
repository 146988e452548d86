import { Source } from "@shared/api/model";

interface Limit {
  readonly text: number;
  /** Characters of a text that goes with a photo or a file. */
  readonly caption: number;
}

/** What a source's platform states. The server knows the limits of all and refuses what is over. */
const LIMITS: Partial<Record<Source, Limit>> = {
  [Source.TelegramBot]: { text: 4096, caption: 1024 },
};

/** Characters that one message may have; null where only the server knows. */
export function limitOf(source: Source, hasMedia: boolean): number | null {
  const limit = LIMITS[source];
  if (!limit) return null;
  return hasMedia ? limit.caption : limit.text;
}

/** Characters left, once that is worth showing: over the limit or within a tenth (at most 200) of it. */
export function shownRemainder(length: number, limit: number | null): number | null {
  if (limit === null) return null;
  const left = limit - length;
  return left <= Math.min(200, limit / 10) ? left : null;
}
