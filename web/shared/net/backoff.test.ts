import { expect, test } from "vitest";

import { backoffMs, spreadMs } from "./backoff";

test("waits double from half a second", () => {
  expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 1))).toEqual([500, 1000, 2000, 4000]);
});

test("waits never pass 30 seconds, however many tries were made", () => {
  expect(backoffMs(6, 1)).toBe(30_000);
  expect(backoffMs(100_000, 1)).toBe(30_000);
});

test("chance spreads a wait over its upper half", () => {
  expect(backoffMs(1, 0)).toBe(500);
  expect(backoffMs(1, 0.5)).toBe(750);
});

test("those whom a restart dropped come back over three seconds", () => {
  expect([0, 0.5, 1].map(spreadMs)).toEqual([0, 1500, 3000]);
});
