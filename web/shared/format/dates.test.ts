import { expect, test } from "vitest";

import { createDates } from "./dates";

const uk = createDates("uk", "Europe/Kyiv");
const en = createDates("en-GB", "Europe/Kyiv");
const now = Date.parse("2026-11-23T10:00:00.000Z"); // Monday noon in Kyiv

test("a day begins at midnight of the organization, not of the reader", () => {
  expect(uk.dayOf("2026-11-22T21:59:59.999Z")).toBe("2026-11-22");
  expect(uk.dayOf("2026-11-22T22:00:00.000Z")).toBe("2026-11-23");
});

test("times follow the organization's clock through daylight saving", () => {
  expect(uk.time("2026-07-01T11:05:00.000Z")).toBe("14:05");
  expect(uk.time("2026-11-23T12:05:00.000Z")).toBe("14:05");
  expect(en.time("2026-11-22T22:07:00.000Z")).toBe("00:07");
});

test("the second counts where it is told how fresh the page is, and on another day the date", () => {
  expect(uk.exact("2026-11-23T09:05:09.000Z", now)).toBe("11:05:09");
  expect(en.exact("2026-11-22T22:00:07.000Z", now)).toBe("00:00:07");
  expect(en.exact("2026-11-22T18:05:09.000Z", now)).toBe("22 November 2026 at 20:05");
});

test("the list shows as little of a time as is needed", () => {
  const shown = [
    "2026-11-23T10:00:30.000Z",
    "2026-11-23T09:55:00.000Z",
    "2026-11-23T06:05:00.000Z",
    "2026-11-22T10:00:00.000Z",
    "2026-11-18T10:00:00.000Z",
    "2026-03-02T10:00:00.000Z",
    "2025-11-12T10:00:00.000Z",
  ].map((iso) => en.short(iso, now));

  expect(shown).toEqual(["1 min", "5 mins", "08:05", "yesterday", "Wed", "2 Mar", "12/11/25"]);
});

test("a separator names today and yesterday", () => {
  expect(uk.day("2026-11-23T08:00:00.000Z", now)).toBe("Сьогодні");
  expect(uk.day("2026-11-22T08:00:00.000Z", now)).toBe("Учора");
  expect(en.day("2026-11-20T08:00:00.000Z", now)).toBe("Friday 20 November");
  expect(en.day("2025-11-20T08:00:00.000Z", now)).toBe("20 November 2025");
});

test("yesterday is a calendar day, also when the clocks changed in between", () => {
  const afterChange = Date.parse("2026-10-26T22:30:00.000Z"); // 00:30 on the 27th

  expect(en.day("2026-10-25T22:30:00.000Z", afterChange)).toBe("Yesterday");
});
