import { expect, test } from "vitest";

import { hueOf, initialsOf } from "./initials";

test.each([
  ["Ольга Петренко", "ОП"],
  ["ганна", "Г"],
  ["Іван Франко Третій", "ІФ"],
  ["🌻 Sunny day", "SD"],
  ["(ТОВ) «Ромашка»", "ТР"],
  ["+380", "3"],
  ["👍", ""],
  ["", ""],
])("%s becomes %s", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test("a colour is always one of those there are", () => {
  const hues = Array.from({ length: 500 }, (_, id) => hueOf(id, 8));

  expect(hues.every((hue) => Number.isInteger(hue) && hue >= 0 && hue < 8)).toBe(true);
  expect(new Set(hues).size).toBe(8);
});
