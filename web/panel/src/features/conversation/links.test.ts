import { expect, test } from "vitest";

import { splitLinks } from "./links";

function hrefsIn(text: string): (string | null)[] {
  return splitLinks(text).map((piece) => piece.href);
}

test("an address becomes a link and the sentence around it stays", () => {
  expect(splitLinks("Дивіться https://shop.example/ua?id=5, дякую")).toEqual([
    { text: "Дивіться ", href: null },
    { text: "https://shop.example/ua?id=5", href: "https://shop.example/ua?id=5" },
    { text: ", дякую", href: null },
  ]);
});

test("brackets belong to an address only when they open in it", () => {
  expect(splitLinks("(https://a.example/b)")[1]?.text).toBe("https://a.example/b");
  expect(splitLinks("https://a.example/b_(c)")[0]?.text).toBe("https://a.example/b_(c)");
});

test.each(["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "no link", "http://"])(
  "%s leads nowhere",
  (text) => {
    expect(hrefsIn(text)).toEqual([null]);
  },
);

test("an empty text has no pieces", () => {
  expect(splitLinks("")).toEqual([]);
});
