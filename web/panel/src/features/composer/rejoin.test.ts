import { expect, test } from "vitest";

import { rejoin } from "./rejoin";

test.each([
  ["", "Yes", "Yes"],
  ["Hello", "Yes", "Hello\nYes"],
  ["Hello\n", "Yes", "Hello\nYes"],
  ["Hello", "", "Hello"],
])("%j and %j become %j", (begun, returned, text) => {
  expect(rejoin(begun, returned)).toBe(text);
});
