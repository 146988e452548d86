import { rowsOf } from "./table";

/** One operator of a pasted list; `line` is the row's number, from 1, as people count. */
export interface Pasted {
  readonly name: string;
  readonly externalId: string | null;
  readonly line: number;
}

/** A list as it was read. `hasMore`: it has columns that nobody reads. */
export interface PastedList {
  readonly operators: readonly Pasted[];
  readonly hasMore: boolean;
}

export const MOST_AT_ONCE = 10_000;

/** How the columns that we read are called, in small letters and with a straight apostrophe. */
const NAMES =
  /^(name|full name|operator( name)?|employee|ім'я|ім'я та прізвище|піб|п\.?і\.?б\.?|прізвище( та)? ім'я|оператор|співробітник)$/;
const IDS =
  /^(id|№|externalid|external id|crm id|id in the crm|id у crm|id в crm|id crm|код|code|номер|number|табельний номер)$/;

interface Columns {
  readonly id: number | null;
  readonly name: number;
}

/**
 * A list as people have it: a name in a line, or the CRM's id and the name with a tab, a semicolon
 * or a comma between them; also with a row of headings, which may name other places for the two.
 * Quotes of spreadsheets are dropped, empty lines are nothing, and who is there twice is read once.
 */
export function readPasted(text: string): PastedList {
  const rows = rowsOf(text);
  const first = rows[0];
  const headed = first ? headingsOf(first.cells) : null;
  const people = headed ? rows.slice(1) : rows;
  const columns = headed ?? placesIn(people.map((row) => row.cells));
  const found = new Map<string, Pasted>();
  for (const { cells, line } of people) {
    const isBareName = cells.length === 1 && !headed;
    const name = cells[isBareName ? 0 : columns.name] ?? "";
    const id = isBareName || columns.id === null ? "" : (cells[columns.id] ?? "");
    const key = JSON.stringify([id, name]);
    if (!found.has(key)) found.set(key, { name, externalId: id || null, line });
  }
  const read = [columns.id, columns.name];
  return {
    operators: [...found.values()],
    hasMore: people.some(({ cells }) => cells.some((cell, at) => cell && !read.includes(at))),
  };
}

/** Where a row of headings says that names and ids stand; null for a row that is somebody's. */
function headingsOf(cells: readonly string[]): Columns | null {
  const plain = cells.map((cell) => cell.toLowerCase().replaceAll(/[’ʼ`]/g, "'"));
  const name = plain.findIndex((cell) => NAMES.test(cell));
  if (name < 0) return null;
  const id = plain.findIndex((cell) => IDS.test(cell));
  return { name, id: id < 0 ? null : id };
}

/** The id first and the name second, unless nobody has a second cell: then there are names only. */
function placesIn(rows: readonly (readonly string[])[]): Columns {
  return rows.some((cells) => cells[1]) ? { id: 0, name: 1 } : { id: null, name: 0 };
}
