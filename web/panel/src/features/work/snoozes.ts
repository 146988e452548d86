/** When a chat that is put aside may come back, on the organization's clock. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MORNING = 9;
const EVENING = 18;

export interface Snooze {
  /** Its name among the texts: `snooze.<key>`. */
  readonly key: "hour" | "evening" | "tomorrow" | "monday";
  readonly at: number;
}

/** Those that make sense now: no evening that is less than an hour away, no Monday that is tomorrow. */
export function snoozesAt(nowMs: number, timeZone: string): readonly Snooze[] {
  const today = wallClock(nowMs, timeZone);
  const on = (daysAhead: number, hour: number): number =>
    momentOf({ ...dayAfter(today, daysAhead), hour, minute: 0 }, timeZone);
  const toMonday = (8 - weekdayOf(today)) % 7 || 7;
  const found: Snooze[] = [{ key: "hour", at: nowMs + HOUR_MS }];
  const evening = on(0, EVENING);
  if (evening - nowMs >= HOUR_MS) found.push({ key: "evening", at: evening });
  found.push({ key: "tomorrow", at: on(1, MORNING) });
  if (toMonday > 1) found.push({ key: "monday", at: on(toMonday, MORNING) });
  return found;
}

/** What a `datetime-local` field says, as a moment; null for none. */
export function momentIn(text: string, timeZone: string): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return momentOf({ year, month, day, hour, minute }, timeZone);
}

/** A moment as a `datetime-local` field shows it. */
export function fieldOf(ms: number, timeZone: string): string {
  const { year, month, day, hour, minute } = wallClock(ms, timeZone);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface Wall extends Day {
  readonly hour: number;
  readonly minute: number;
}

function wallClock(ms: number, timeZone: string): Wall {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(ms);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}

/** The moment at which a clock of the zone shows this; in the hour that is left out, the next one. */
function momentOf(wall: Wall, timeZone: string): number {
  const wanted = asUtc(wall);
  // The zone's offset at the guess; where it changes in between, the second look has the right one.
  const first = wanted - offsetAt(wanted, timeZone);
  return wanted - offsetAt(first, timeZone);
}

function offsetAt(ms: number, timeZone: string): number {
  return asUtc(wallClock(ms, timeZone)) - Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

function asUtc({ year, month, day, hour, minute }: Wall): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

function dayAfter({ year, month, day }: Day, days: number): Day {
  const date = new Date(Date.UTC(year, month - 1, day) + days * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 1 Monday to 7 Sunday. */
function weekdayOf({ year, month, day }: Day): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
}
