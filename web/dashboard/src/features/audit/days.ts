import type { AuditEntry } from "@shared/api/model";
import type { Dates } from "@shared/format/dates";

/** The entries of one day, in the reader's time zone. */
export interface Day {
  readonly id: string;
  readonly label: string;
  readonly entries: readonly AuditEntry[];
}

/** Entries in their order, under the days when they were written. */
export function daysOf(entries: readonly AuditEntry[], dates: Dates, nowMs = Date.now()): Day[] {
  const days = new Map<string, AuditEntry[]>();
  for (const entry of entries) {
    const id = dates.dayOf(entry.at);
    days.set(id, [...(days.get(id) ?? []), entry]);
  }
  return [...days].map(([id, found]) => ({
    id,
    label: dates.day(found[0]?.at ?? id, nowMs),
    entries: found,
  }));
}
