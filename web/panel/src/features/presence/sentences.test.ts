// @vitest-environment happy-dom
import { createLanguages, type Language } from "@shared/i18n";
import { expect, test } from "vitest";
import { createApp, h } from "vue";

import type { Colleague } from "../live/signals";
import { useSentences } from "./sentences";

const languages = createLanguages({
  uk: () => import("../../locales/uk.json"),
  en: () => import("../../locales/en.json"),
});

/** What is said of so many colleagues. */
async function said(language: Language, names: readonly string[]): Promise<string> {
  const colleagues: Colleague[] = names.map((name, index) => ({ id: index + 1, name }));
  let words = "";
  await languages.show(language);
  const app = createApp({
    setup() {
      words = useSentences()("writing", colleagues);
      return () => h("p");
    },
  });
  app.use(languages.i18n).mount(document.createElement("div"));
  app.unmount();
  return words;
}

const crowd = ["Bob", "Ольга", "Ivan", "Iryna", "Petro", "Oksana", "Taras"];

test.each([
  ["uk", 0, ""],
  ["uk", 1, "Bob пише…"],
  ["uk", 2, "Bob і Ольга пишуть…"],
  ["uk", 3, "Bob, Ольга і ще 1 колега пишуть…"],
  ["uk", 4, "Bob, Ольга і ще 2 колеги пишуть…"],
  ["uk", 7, "Bob, Ольга і ще 5 колег пишуть…"],
  ["en", 1, "Bob is writing…"],
  ["en", 2, "Bob and Ольга are writing…"],
  ["en", 3, "Bob, Ольга and 1 more are writing…"],
] as const)("%s: %i who write", async (language, count, words) => {
  expect(await said(language, crowd.slice(0, count))).toBe(words);
});
