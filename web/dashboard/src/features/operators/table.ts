/** A row of a table in text, with the number of the line that it begins in, from 1. */
export interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/**
 * The rows of a table that was copied or exported from a spreadsheet, without the empty ones. Cells
 * stand between tabs or semicolons, or, in a row that has neither, between commas. In a quoted cell
 * these mean nothing, and a new line is a space.
 */
export function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let line = 1;
  for (const raw of linesOf(text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n"))) {
    const cells = cellsOf(raw, /[\t;]/.test(withoutQuoted(raw)) ? /[\t;]/ : /,/);
    if (cells.some((cell) => cell !== "")) rows.push({ cells, line });
    line += raw.split("\n").length;
  }
  return rows;
}

const QUOTED = /(^|[\t;,\n])[^\S\t\n]*"(?:[^"]|"")*"(?=[^\S\t\n]*(?:[\t;,\n]|$))/g;

function withoutQuoted(text: string): string {
  return text.includes('"') ? text.replaceAll(QUOTED, "$1") : text;
}

/** The lines of a text; a line break within quotes divides nothing. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let begin = 0;
  const inside = [...text.matchAll(QUOTED)].map((found) => {
    const from = found.index + (found[1] ?? "").length;
    return [from, found.index + found[0].length] as const;
  });
  let next = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    while ((inside[next]?.[1] ?? Infinity) <= at) next += 1;
    if ((inside[next]?.[0] ?? Infinity) < at) continue;
    lines.push(text.slice(begin, at));
    begin = at + 1;
  }
  lines.push(text.slice(begin));
  return lines;
}

function cellsOf(row: string, between: RegExp): string[] {
  const cells: string[] = [];
  let rest = row;
  for (;;) {
    const quoted = /^[^\S\t]*"((?:[^"]|"")*)"[^\S\t]*/.exec(rest);
    const after = quoted ? rest.slice(quoted[0].length) : "";
    if (quoted && (after === "" || between.test(after.charAt(0)))) {
      cells.push((quoted[1] ?? "").replaceAll('""', '"').replaceAll(/\s+/g, " ").trim());
      if (after === "") return cells;
      rest = after.slice(1);
      continue;
    }
    const at = rest.search(between);
    cells.push((at < 0 ? rest : rest.slice(0, at)).trim());
    if (at < 0) return cells;
    rest = rest.slice(at + 1);
  }
}

/**
 * A file's text: UTF-8 or UTF-16, as its mark says, and without one UTF-8, else Windows-1251, in
 * which Ukrainian spreadsheets save theirs. Null for what is no text, such as a workbook.
 */
export function textOf(bytes: ArrayBuffer): string | null {
  const text = decoded(new Uint8Array(bytes));
  return text.includes("\0") ? null : text;
}

function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1251").decode(bytes);
  }
}
