import { expect, test } from "vitest";

import { languageOf, pathOf, pushedIn } from "./notice";

test("what the server pushed is read, and what it did not is shown as something all the same", () => {
  const said = { title: "Тарас", body: "Добрий день", tag: "opdesk-chat-5", chatId: 5 };
  const unreadable = { title: "OpDesk", body: "", tag: "opdesk", chatId: null };

  expect(pushedIn(JSON.stringify(said))).toEqual(said);
  expect(pushedIn(JSON.stringify({ ...said, chatId: "5" }))).toEqual({ ...said, chatId: null });
  for (const text of [undefined, "", "null", "7", "[]", "{}", '{"title":1}'])
    expect(pushedIn(text)).toEqual(unreadable);
});

test("a click leads to the chat, or to the list", () => {
  expect([pathOf(5), pathOf(null)]).toEqual(["/chats/5", "/"]);
});

test("the language is the first of the browser's that we speak", () => {
  expect([["de", "en-GB", "uk"], ["fr"], ["UK-UA"]].map(languageOf)).toEqual(["en", "uk", "uk"]);
});
