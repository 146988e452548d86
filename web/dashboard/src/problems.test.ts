import { expect, test } from "vitest";

import en from "./locales/en.json";
import { inWords } from "./problems";

test.each([
  ["is required", "required", "", ""],
  ["must have 1 to 200 characters", "length", "1", "200"],
  ["must be an address such as olena@example.com", "email", "", ""],
  ["must be an address such as https://crm.example.com/client?phone={phone}", "webAddress", "", ""],
  [
    "must be an address such as https://api.telegram.org",
    "example",
    "https://api.telegram.org",
    "",
  ],
  ["must be a bot's token, such as 123456:ABC-DEF…", "example", "123456:ABC-DEF…", ""],
  ["must be a time such as 18:00, at most 24:00", "time", "", ""],
  ["must be later than `from`", "later", "", ""],
  ["overlaps 09:00 to 18:00 of the same day", "overlaps", "09:00", "18:00"],
  ["must not contain spaces or backslashes", "spaces", "", ""],
  ["must name its server without a password or {phone}", "server", "", ""],
  ["must contain {phone}", "phonePlace", "", ""],
  ["is there twice: VIP", "twice", "", ""],
  ["is there before with another name", "namedTwice", "", ""],
  ["must not contain the character U+0007", "character", "U+0007", ""],
  [
    "the address is on a private network, which OPDESK_OUTGOING_ALLOW does not admit",
    "privateNetwork",
    "",
    "",
  ],
  ["must be a color such as #1f7a4d", "color", "", ""],
  ["must be a country of two letters, such as UA", "country", "", ""],
  ["must be a whole number from 1 to 3650, or null", "number", "1", "3650"],
  ["must be a whole number", "digits", "", ""],
  ["must have at most 100 elements", "most", "100", ""],
  ["must be at least 5", "least", "5", ""],
])("the server's %j is told in the reader's words", (text, key, low, high) => {
  const told = inWords(text, (name, named) => [name, named.low, named.high].join("|"));

  expect(told).toBe(`problem.${key}|${low}|${high}`);
  expect(en.problem).toHaveProperty(key);
});

test("a sentence that is not known stays as it came", () => {
  expect(inWords("is blue", () => "")).toBe("is blue");
});
