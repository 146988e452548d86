import { expect, test } from "vitest";

import { EMOJI, findEmoji } from "./emoji";

const signs = (asked: string): string[] => findEmoji(asked).map(({ sign }) => sign);

test("an emoji is found by a word in either language", () => {
  expect(signs("дяк")).toContain("🙏");
  expect(signs("Thanks")).toContain("🙏");
  expect(signs("достав")).toEqual(["📦", "🚚"]);
  expect(signs("zzz")).toEqual([]);
});

test("each stands there once and has a name in both languages", () => {
  expect(new Set(EMOJI.map(({ sign }) => sign)).size).toBe(EMOJI.length);
  expect(EMOJI.filter(({ words }) => !words[0] || !words[1])).toEqual([]);
});
