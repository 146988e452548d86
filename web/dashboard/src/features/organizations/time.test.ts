import { expect, test } from "vitest";

import { readTime } from "./time";

test.each([
  ["9", "09:00"],
  ["930", "09:30"],
  ["9.30", "09:30"],
  [" 18:05 ", "18:05"],
  ["24:00", "24:00"],
  ["24:01", null],
  ["7:5", null],
  ["09:60", null],
  ["", null],
])("%j is the time %j", (text, time) => {
  expect(readTime(text)).toBe(time);
});
