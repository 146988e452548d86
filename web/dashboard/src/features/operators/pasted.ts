/** One operator of a pasted list. */
export interface Pasted {
  readonly name: string;
  readonly externalId: string | null;
}

export const MOST_AT_ONCE = 10_000;

/**
 * A list as people have it: a name in a line, or the CRM's id and the name with a tab, a semicolon
 * or a comma between them. Quotes of spreadsheets are dropped, empty lines are nothing.
 */
export function readPasted(text: string): Pasted[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map(readLine);
}

function readLine(line: string): Pasted {
  const parts = (/[\t;]/.test(line) ? line.split(/[\t;]/) : line.split(",")).map(bare);
  const [first = "", second = ""] = parts;
  return second ? { externalId: first || null, name: second } : { externalId: null, name: first };
}

function bare(cell: string): string {
  const text = cell.trim();
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  return isQuoted ? text.slice(1, -1).replaceAll('""', '"') : text;
}
