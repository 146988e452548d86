import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Colors = Readonly<Record<string, string>>;

const [light, dark] = themes();

function themes(): [Colors, Colors] {
  const css = readFileSync("shared/ui/theme.css", "utf8");
  const color = "(#[0-9a-f]{6})";
  const pairs = [
    ...css.matchAll(new RegExp(`--([\\w-]+): light-dark\\(${color}, ${color}\\)`, "g")),
  ];
  const theme = (at: 2 | 3): Colors =>
    Object.fromEntries(pairs.map((pair) => [pair[1] ?? "", pair[at] ?? ""]));
  return [theme(2), theme(3)];
}

/** The ratio of WCAG 2: 1 for the same colour, 21 for black on white. */
function contrast(one: string, other: string): number {
  const [brighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (brighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const GROUNDS = ["canvas", "surface", "raised", "hover"];
const TEXTS = ["ink", "ink-soft", "ink-faint", "signal", "accent", "amber"];
const PAIRS = [
  ...TEXTS.flatMap((text) => [...GROUNDS, "accent-soft"].map((ground) => [text, ground])),
  ...["own-ink", "own-faint", "signal", "accent", "amber"].map((text) => [text, "own"]),
  ["signal", "signal-soft"],
  ["amber", "amber-soft"],
  ["ink", "amber-soft"],
  ["accent-ink", "accent"],
  ["accent-ink", "accent-hover"],
  ["signal-ink", "signal"],
];

/** The pairs of `colors` below `least`. */
function tooFaint(colors: Colors, pairs: readonly string[][], least: number): string[] {
  return pairs.flatMap(([one = "", other = ""]) => {
    const ratio = contrast(colors[one] ?? "", colors[other] ?? "");
    return ratio >= least ? [] : [`${one} on ${other}: ${ratio.toFixed(2)}`];
  });
}

test.each([
  ["light", light],
  ["dark", dark],
])("every text of the %s theme can be read where it stands", (_name, colors) => {
  expect(tooFaint(colors, PAIRS, 4.5)).toEqual([]);
});

test.each([
  ["light", light],
  ["dark", dark],
])("the edge of a field is seen in the %s theme", (_name, colors) => {
  const edges = ["canvas", "surface", "raised"].map((ground) => ["field", ground]);
  expect(tooFaint(colors, edges, 3)).toEqual([]);
});

test.each([
  ["light", light],
  ["dark", dark],
])("what is filled with hover stands out of its ground in the %s theme", (_name, colors) => {
  const fills = ["canvas", "surface", "raised"].map((ground) => ["hover", ground]);
  expect(tooFaint(colors, fills, 1.1)).toEqual([]);
});
