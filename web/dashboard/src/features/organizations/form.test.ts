import { expect, test } from "vitest";

import { typedNumber } from "./form";

test.each([
  ["", null],
  ["  ", null],
  ["30", 30],
  [" 030 ", 30],
  ["1.5", "1.5"],
  ["1e3", "1e3"],
  ["30 days", "30 days"],
  ["-5", "-5"],
  ["forever", "forever"],
  ["٣", "٣"],
])("%j is %j", (text, number) => {
  expect(typedNumber(text)).toBe(number);
});
