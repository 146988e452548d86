import { expect, test } from "vitest";

import { formatPhone } from "./phone";

test.each([
  ["+380501234567", "+380 50 123 45 67"],
  ["380501234567", "+380 50 123 45 67"],
  ["+48601234567", "+48 601 234 567"],
  ["+12025550123", "+1 202 555 0123"],
])("%s is grouped", (phone, shown) => {
  expect(formatPhone(phone).replaceAll("\u00a0", " ")).toBe(shown);
});

test.each(["+442079460958", "+38050", "unknown"])("%s stays as it is", (phone) => {
  expect(formatPhone(phone)).toBe(phone);
});
