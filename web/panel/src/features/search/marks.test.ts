import { expect, test } from "vitest";

import { piecesOf, spansIn } from "./marks";

function marked(text: string, asked: string): string[] {
  return spansIn(text, asked).map(({ start, end }) => text.slice(start, end));
}

test.each([
  ["Мій м’яч тут", "м'яч", ["м’яч"]],
  ["Ёлка, ґанок", "елк ганок", ["Ёлк", "ґанок"]],
  ["за\u0301мок", "замок", ["за\u0301мок"]],
  ["Вiталiй (з латинськими i)", "віталій", ["Вiталiй"]],
  ["l'eau fraîche", "eau fraiche", ["fraîche"]],
  ["Die Straße heißt", "STRASSE", ["Straße"]],
  ["😀 привіт, світе", "прив сві", ["прив", "сві"]],
  ["東京都に住む", "京都", ["京都"]],
  ["مُحَمَّد يسأل", "محمد", ["مُحَمَّد"]],
  ["тел. 067 111-22 33, дякую", "1112", ["111-2"]],
  ["тел. +380671112233", "067 111 22 33", ["671112233"]],
  ["Zażółć gęślą", "zazolc", ["Zażółć"]],
  ["червона шапка", "апка", []],
  ["йод", "иод", []],
  ["що завгодно", "...", []],
  ["(ціна) [сума]", "[су", ["су"]],
])("in %j the words of %j are marked", (text, asked, expected) => {
  expect(marked(text, asked)).toEqual(expected);
});

test("a text is cut where its marks begin and end", () => {
  expect(
    piecesOf("синій чайник", [
      { start: 0, end: 2 },
      { start: 6, end: 12 },
    ]),
  ).toEqual([
    { text: "си", isMarked: true },
    { text: "ній ", isMarked: false },
    { text: "чайник", isMarked: true },
  ]);
  expect(piecesOf("без", [])).toEqual([{ text: "без", isMarked: false }]);
});
