const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Times of the organization in the reader's language. Every time comes in as ISO 8601. */
export interface Dates {
  /** The calendar day in the organization's time zone, `2026-11-23`. */
  dayOf(iso: string): string;
  /** `14:05` */
  time(iso: string): string;
  /** `14:05:09`, or with its date when that is not the day of `nowMs`. */
  exact(iso: string, nowMs: number): string;
  /** `23 November 2026, 14:05` */
  full(iso: string): string;
  /** A separator between days: today, yesterday, or the date. */
  day(iso: string, nowMs: number): string;
  /** As short as a list needs it: 5 min, 14:05, yesterday, Mon, 12 Nov, 12.11.25. */
  short(iso: string, nowMs: number): string;
}

export function createDates(locale: string, timeZone: string): Dates {
  const at = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options });
  const isoDay = new Intl.DateTimeFormat("en-CA", { timeZone });
  const clock = at({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const exactClock = at({ timeStyle: "medium", hourCycle: "h23" });
  const fullDate = at({ dateStyle: "long", timeStyle: "short", hourCycle: "h23" });
  const weekday = at({ weekday: "short" });
  const dayMonth = at({ day: "numeric", month: "short" });
  const numeric = at({ day: "2-digit", month: "2-digit", year: "2-digit" });
  const longDay = at({ weekday: "long", day: "numeric", month: "long" });
  const longDayYear = at({ day: "numeric", month: "long", year: "numeric" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const minutes = new Intl.NumberFormat(locale, { style: "unit", unit: "minute" });

  const dayOf = (time: number): string => isoDay.format(time);
  const daysAgo = (time: number, nowMs: number): number =>
    Math.round((Date.parse(dayOf(nowMs)) - Date.parse(dayOf(time))) / DAY_MS);
  const isSameYear = (time: number, nowMs: number): boolean =>
    dayOf(time).slice(0, 4) === dayOf(nowMs).slice(0, 4);

  return {
    dayOf: (iso) => dayOf(Date.parse(iso)),
    time: (iso) => clock.format(Date.parse(iso)),
    exact(iso, nowMs) {
      const time = Date.parse(iso);
      return (dayOf(time) === dayOf(nowMs) ? exactClock : fullDate).format(time);
    },
    full: (iso) => fullDate.format(Date.parse(iso)),
    day(iso, nowMs) {
      const time = Date.parse(iso);
      const ago = daysAgo(time, nowMs);
      if (ago === 0 || ago === 1) return capitalized(relative.format(-ago, "day"), locale);
      return (isSameYear(time, nowMs) ? longDay : longDayYear).format(time);
    },
    short(iso, nowMs) {
      const time = Date.parse(iso);
      const age = nowMs - time;
      // A clock a little behind the server's would otherwise show minutes to come.
      if (age < HOUR_MS) return minutes.format(Math.max(1, Math.floor(age / MINUTE_MS)));
      const ago = daysAgo(time, nowMs);
      if (ago <= 0) return clock.format(time);
      if (ago === 1) return relative.format(-1, "day");
      if (ago < 7) return weekday.format(time);
      return (isSameYear(time, nowMs) ? dayMonth : numeric).format(time);
    },
  };
}

function capitalized(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
