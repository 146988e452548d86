import { expect, test } from "vitest";

import { anchoredTop } from "./anchor";

test("at the top the newest comes into view", () => {
  expect(anchoredTop([1, 2, 3], [9, 1, 2, 3], 0, 80)).toBe(0);
});

test("a chat that joins above moves nothing under the eyes", () => {
  expect(anchoredTop([1, 2, 3, 4], [9, 1, 2, 3, 4], 170, 80)).toBe(250);
});

test("a chat that jumps from below to the top counts as one above", () => {
  expect(anchoredTop([1, 2, 3, 4], [4, 1, 2, 3], 90, 80)).toBe(170);
});

test("when the first row in view leaves, the next one holds the place", () => {
  expect(anchoredTop([1, 2, 3, 4], [2, 1, 3, 4], 80, 80)).toBe(0);
  expect(anchoredTop([1, 2, 3], [1, 3], 80, 80)).toBe(0);
});

test("another list altogether keeps its offset", () => {
  expect(anchoredTop([1, 2], [7, 8], 100, 80)).toBe(100);
});
