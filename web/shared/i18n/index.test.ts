import { expect, test } from "vitest";

import { languageOf, ukrainianPlural } from ".";

test("a tag's language counts, not its country", () => {
  expect(["uk", "en-GB", "EN", "de-DE", "", null].map(languageOf)).toEqual([
    "uk",
    "en",
    "en",
    null,
    null,
    null,
  ]);
});

test("Ukrainian has three forms", () => {
  const forms = ["чат", "чати", "чатів"];
  const shown = [0, 1, 2, 5, 11, 12, 21, 22, 25, 111].map((n) => forms[ukrainianPlural(n)]);

  expect(shown.join(" ")).toBe("чатів чат чати чатів чатів чатів чат чати чатів чатів");
});
