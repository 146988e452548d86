import { expect, test } from "vitest";

import { splitLinks, splitMentions } from "./links";

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

test.each([
  ["Пишіть на info@shop.example.", "info@shop.example", "mailto:info@shop.example"],
  ["тел. +38 (067) 111-22-33,", "+38 (067) 111-22-33", "tel:+380671112233"],
  ["067 111 22 33", "067 111 22 33", "tel:0671112233"],
  ["www.shop.example/a!", "www.shop.example/a", "https://www.shop.example/a"],
  ["(https://київ.укр/метро)", "https://київ.укр/метро", "https://xn--b1alf1j.xn--j1amh/"],
])("%s has an address in it", (text, shown, href) => {
  const found = splitLinks(text).filter((piece) => piece.href !== null);

  expect(found.map((piece) => piece.text)).toEqual([shown]);
  expect(found[0]?.href?.startsWith(href)).toBe(true);
});

test.each(["01.12.2026", "№ 20261201123456789012", "1200 грн", "a@b", "www.x", "05.11.2026 14:30"])(
  "%s is none",
  (text) => {
    expect(hrefsIn(text).filter(Boolean)).toEqual([]);
  },
);

test("a note's mentions stand out, the longer name before the shorter", () => {
  const pieces = splitMentions("@Ann Lee і @Ann", ["Ann", "Ann Lee"]);

  expect(pieces.filter((one) => one.isMention).map((one) => one.text)).toEqual([
    "@Ann Lee",
    "@Ann",
  ]);
});
