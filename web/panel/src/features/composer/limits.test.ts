import { Source } from "@shared/api/model";
import { expect, test } from "vitest";

import { limitOf, shownRemainder } from "./limits";

test("a caption is shorter than a text", () => {
  expect(limitOf(Source.TelegramBot, false)).toBe(4096);
  expect(limitOf(Source.TelegramBot, true)).toBe(1024);
  expect(limitOf(Source.Rozetka, false)).toBeNull();
});

test("the remainder appears near the limit and beyond it", () => {
  expect(shownRemainder(3000, 4096)).toBeNull();
  expect(shownRemainder(3896, 4096)).toBe(200);
  expect(shownRemainder(4100, 4096)).toBe(-4);
  expect(shownRemainder(900, 1024)).toBeNull();
  expect(shownRemainder(9000, null)).toBeNull();
});
