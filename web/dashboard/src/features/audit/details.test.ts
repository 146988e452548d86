import { readFileSync } from "node:fs";

import type { Messages } from "@shared/i18n";
import { expect, test } from "vitest";
import { createI18n } from "vue-i18n";

import { detailsOf, type Words } from "./details";

function wordsOf(language: string): Words {
  const text = readFileSync(`dashboard/src/locales/${language}.json`, "utf8");
  const { global } = createI18n({
    legacy: false as const,
    locale: language,
    messages: { [language]: JSON.parse(text) as Messages },
  });
  return {
    t: (key) => global.t(key),
    te: (key) => global.te(key, language),
    moment: (time) => `at ${time}`,
  };
}

test.each([
  [{ name: "Kyiv", timeZone: "Europe/Warsaw" }, "Kyiv, time zone: Europe/Warsaw"],
  [{ name: "Kyiv", retentionDays: null }, "Kyiv, days kept: for ever"],
  [{ name: "Kyiv", tags: "", ownChatsOnly: false }, "Kyiv, tags: none, own chats only: no"],
  [{ name: "Kyiv", assignment: 1 }, "Kyiv, assignment: each in turn"],
  [{ name: "CRM", addresses: "" }, "CRM, addresses: any"],
  [{ name: "Olena", to: null, toId: null, moved: 3 }, "Olena, to: the queue, chats: 3"],
  [{ name: "" }, ""],
  [{ from: "shop_bot", source: 2 }, "shop_bot, source: Telegram bot"],
  [{ name: "Olena", expiresAt: "noon" }, "Olena, until: at noon"],
])("%j in words", (details, text) => {
  expect(detailsOf(details, wordsOf("en"))).toBe(text);
});

test("what has no word of ours stays as the server wrote it", () => {
  expect(detailsOf({ brandNew: "x" }, wordsOf("uk"))).toBe("brandNew: x");
});
