import type { AuditEntry } from "@shared/api/model";
import { createDates } from "@shared/format/dates";
import { expect, test } from "vitest";

import { daysOf } from "./days";

function entry(id: number, at: string): AuditEntry {
  const who = { kind: "user", id: 1, name: "Olena" };
  return { id, at, action: "user.signedIn", subjectId: null, who, address: "", details: {} };
}

test("entries stand under the days of the reader's zone", () => {
  const dates = createDates("en-GB", "Europe/Kyiv");
  const entries = [
    entry(3, "2026-11-25T06:00:00Z"),
    entry(2, "2026-11-24T22:30:00Z"),
    entry(1, "2026-11-24T21:30:00Z"),
  ];

  const days = daysOf(entries, dates, Date.parse("2026-11-25T08:00:00Z"));

  expect(days.map((day) => [day.label, day.entries.map((one) => one.id)])).toEqual([
    ["Today", [3, 2]],
    ["Yesterday", [1]],
  ]);
});
