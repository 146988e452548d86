import { expect, test } from "vitest";

import { canSend } from "../../testing/cast";
import { limitOf, shownRemainder } from "./limits";

const TELEGRAM = canSend({ textChars: 4096, captionChars: 1024 });

test("a caption is shorter than a text", () => {
  expect(limitOf(TELEGRAM, false)?.chars).toBe(4096);
  expect(limitOf(TELEGRAM, true)?.chars).toBe(1024);
  expect(limitOf(null, false)).toBeNull();
});

test("a text goes behind a file where the platform has no captions", () => {
  expect(limitOf(canSend({ textChars: 2000, captionChars: 0 }), true)?.chars).toBe(2000);
});

test("the remainder appears near the limit and beyond it", () => {
  const [text, caption] = [limitOf(TELEGRAM, false), limitOf(TELEGRAM, true)];
  expect(shownRemainder("a".repeat(3000), text)).toBeNull();
  expect(shownRemainder("я".repeat(3896), text)).toBe(200);
  expect(shownRemainder("🙂".repeat(4100), text)).toBe(-4);
  expect(shownRemainder("a".repeat(900), caption)).toBeNull();
  expect(shownRemainder("a".repeat(9000), null)).toBeNull();
});

test("where a platform counts bytes, Cyrillic letters are two", () => {
  const limit = limitOf(canSend({ textChars: 1000, captionChars: 0, textBytes: 1000 }), false);
  expect(shownRemainder("a".repeat(990), limit)).toBe(10);
  expect(shownRemainder("я".repeat(490), limit)).toBe(10);
  expect(shownRemainder("я".repeat(505), limit)).toBe(-5);
});
