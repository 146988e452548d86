import { expect, test } from "vitest";

import { readPasted } from "./pasted";

test.each([
  ["Olena Koval\n\n  Ivan Lys  \r\nMax", ["Olena Koval", "Ivan Lys", "Max"], [null, null, null]],
  ["E-1\tOlena\nE-2\tIvan", ["Olena", "Ivan"], ["E-1", "E-2"]],
  ["E-1;Olena", ["Olena"], ["E-1"]],
  ['\uFEFF"7","Koval ""Lena"" O."', ['Koval "Lena" O.'], ["7"]],
  [";Olena", ["Olena"], [null]],
  ["  \n ", [], []],
])("%j is read as people mean it", (text, names, ids) => {
  const found = readPasted(text);

  expect(found.map((one) => one.name)).toEqual(names);
  expect(found.map((one) => one.externalId)).toEqual(ids);
});
