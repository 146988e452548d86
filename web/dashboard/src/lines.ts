import type { Problems } from "./problems";

/** What stands in a text area, one thing a line; empty lines are nothing. */
export function linesOf(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** What is wrong with the first bad line of a list that the API calls `field`. */
export function problemOfLines(
  problems: Problems,
  field: string,
  text: string,
  t: (key: string, named: Record<string, string>) => string,
): string | null {
  const lines = linesOf(text);
  for (const [index, line] of lines.entries()) {
    const problem = problems.of(`${field}[${index}]`);
    if (problem) return t("problem.ofLine", { line, problem });
  }
  return problems.of(field);
}
