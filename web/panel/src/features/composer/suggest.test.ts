import { expect, test } from "vitest";

import { filledReply, matching, mentionedIn, tokenAt, unfilledPlace } from "./suggest";

test.each([
  ["/ho", 3, { start: 0, end: 3, words: "ho" }],
  ["Вітаю /", 7, { start: 6, end: 7, words: "" }],
  ["a/b", 3, null],
  ["https://x", 9, null],
  ["/ho w", 5, null],
  ["/a\nb", 4, null],
])("a slash that begins a word asks for quick replies: %j", (text, caret, token) => {
  expect(tokenAt(text, caret, "/")).toEqual(token);
});

test("a name may have spaces, an e-mail is no mention", () => {
  expect(tokenAt("@Olena Ko", 9, "@", 2)?.words).toBe("Olena Ko");
  expect(tokenAt("@Olena Koval is so good", 23, "@", 2)).toBeNull();
  expect(tokenAt("me@shop", 7, "@", 2)).toBeNull();
});

test("what begins with the word comes before what only has it", () => {
  const replies = [
    { shortcut: "old-hours", text: "" },
    { shortcut: "hours", text: "" },
    { shortcut: "bye", text: "Гарних годин, HOURS" },
    { shortcut: "no", text: "" },
  ];

  const found = matching(replies, "ho", ({ shortcut, text }) => [shortcut, text]);

  expect(found.map(({ shortcut }) => shortcut)).toEqual(["hours", "old-hours", "bye"]);
});

test("what is known is filled in, the rest stays marked", () => {
  const known = { client: "Тарас", operator: "Олена", order: null };

  const text = filledReply("{client}, це {operator}. Номер {order}, {other}", known);

  expect(text).toBe("Тарас, це Олена. Номер {order}, {other}");
  expect(text.slice(...(unfilledPlace(text) ?? []))).toBe("{order}");
  expect(unfilledPlace("{other}")).toBeNull();
});

test("whose mention was deleted from the text is not called", () => {
  const people = [
    { id: 1, name: "Bob" },
    { id: 2, name: "Ann" },
  ];

  expect(mentionedIn("@Ann, look", people)).toEqual([2]);
});
