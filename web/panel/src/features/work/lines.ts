import type { Line } from "@shared/api/model";

/** How a line of the system is said: a text's key, and what goes into it. */
export interface Said {
  readonly key: string;
  readonly params: Readonly<Record<string, string>>;
}

const CODES: ReadonlySet<string> = new Set([
  "taken",
  "assigned",
  "given",
  "returned",
  "transferred",
  "closed",
  "reopened",
  "snoozed",
  "resumed",
  "woken",
  "blocked",
  "unblocked",
  "spam",
  "notSpam",
]);

/**
 * `when` writes a time as the reader does. Null for a code of a newer server: then the server's own
 * words are shown.
 */
export function said(line: Line, when: (iso: string) => string): Said | null {
  if (!CODES.has(line.code)) return null;
  const key = `line.${line.code}.${line.by === null ? "plain" : "by"}`;
  const until = line.until === null ? "" : when(line.until);
  const params = { by: line.by ?? "", to: line.to ?? "", tag: line.tag ?? "", until };
  return { key: line.code === "snoozed" && !until ? `${key}Ever` : key, params };
}
