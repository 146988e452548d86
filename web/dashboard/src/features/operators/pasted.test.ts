import { expect, test } from "vitest";

import { readPasted } from "./pasted";
import { textOf } from "./table";

test.each([
  ["Olena Koval\n\n  Ivan Lys  \r\nMax", ["Olena Koval", "Ivan Lys", "Max"], [null, null, null]],
  ["E-1\tOlena\nE-2\tIvan", ["Olena", "Ivan"], ["E-1", "E-2"]],
  ["E-1;Olena", ["Olena"], ["E-1"]],
  ['\uFEFF"7","Koval ""Lena"" O."', ['Koval "Lena" O.'], ["7"]],
  [";Olena", ["Olena"], [null]],
  ["  \n ", [], []],
  // A comma within quotes divides nothing, nor does one beside semicolons.
  ['"Koval, Olena"\n"Lys, Ivan"', ["Koval, Olena", "Lys, Ivan"], [null, null]],
  ['7,"Koval, Olena"\r\n8,"Lys; Ivan"', ["Koval, Olena", "Lys; Ivan"], ["7", "8"]],
  ["7;Koval, Olena", ["Koval, Olena"], ["7"]],
  ['7\t"Olena\nKoval"\n8\tIvan', ["Olena Koval", "Ivan"], ["7", "8"]],
  ['Olena "Lena" Koval\n"Lena" Koval', ['Olena "Lena" Koval', '"Lena" Koval'], [null, null]],
  ['"never closed\nIvan', ['"never closed', "Ivan"], [null, null]],
  // Empty columns of a spreadsheet are no ids.
  ["Olena;\nIvan;;\n", ["Olena", "Ivan"], [null, null]],
  // A row of headings is nobody, and says what stands where.
  ["ID;Ім’я\n1;Олена", ["Олена"], ["1"]],
  ["Name\nOlena", ["Olena"], [null]],
  ["ПІБ\tТелефон\tКод\nОлена\t+380501112233\t7", ["Олена"], ["7"]],
  ["Name,Phone\nOlena,+380501112233", ["Olena"], [null]],
  // Who is there twice is one person.
  ["Olena\nIvan\nOlena", ["Olena", "Ivan"], [null, null]],
  ["7;Olena\n7;Olena\n7;Ivan", ["Olena", "Ivan"], ["7", "7"]],
  // An id alone is nobody's name.
  ["7;\n8;Ivan", ["", "Ivan"], ["7", "8"]],
])("%j is read as people mean it", (text, names, ids) => {
  const found = readPasted(text).operators;

  expect(found.map((one) => one.name)).toEqual(names);
  expect(found.map((one) => one.externalId)).toEqual(ids);
});

test("lines are counted as an editor counts them", () => {
  const found = readPasted('ID;Name\r\n\r\n1;"Olena\r\nKoval"\r\n2;Ivan').operators;

  expect(found.map((one) => one.line)).toEqual([3, 5]);
});

test.each([
  ["1;Olena;+380501112233", true],
  ["1;Olena;;", false],
  ["Name;Phone\nOlena;+380501112233", true],
  ["Name;Phone;Id\nOlena;;7", false],
])("whether %j has columns that nobody reads is %s", (text, hasMore) => {
  expect(readPasted(text).hasMore).toBe(hasMore);
});

test("a list of many thousands is read at once", () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `${index};"Name, ${index}"`).join("\n");

  expect(readPasted(text).operators.at(-1)?.name).toBe("Name, 19999");
});

function utf16(text: string, isBigEndian: boolean): ArrayBuffer {
  const view = new DataView(new ArrayBuffer((text.length + 1) * 2));
  [...`\uFEFF${text}`].forEach((char, index) =>
    view.setUint16(index * 2, char.charCodeAt(0), !isBigEndian),
  );
  return view.buffer;
}

const OF_A_SPREADSHEET = [0xce, 0xeb, 0xe5, 0xed, 0xe0, 0x20, 0xaf, 0xe6, 0x3b, 0x37];

test.each([
  ["UTF-8 with its mark", new TextEncoder().encode("\uFEFFОлена").buffer, "Олена"],
  ["UTF-16", utf16("Олена\t7", false), "Олена\t7"],
  ["UTF-16 of the other order", utf16("Олена", true), "Олена"],
  ["Windows-1251", new Uint8Array(OF_A_SPREADSHEET).buffer, "Олена Їж;7"],
  ["a workbook", new Uint8Array([0x50, 0x4b, 0x03, 0x04, 0x14, 0x00]).buffer, null],
])("a file in %s", (_, bytes, text) => {
  expect(textOf(bytes)).toBe(text);
});
