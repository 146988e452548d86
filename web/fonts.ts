import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import subset from "subset-font";
import type { Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const FONT = "node_modules/@fontsource-variable/onest/files";

/** Beside the packages: made anew from them, by nobody's hand. `shared/ui/theme.css` imports it. */
const MADE = here("./node_modules/.opdesk");

/** What our pages are set in, from `font-normal` to `font-bold`. */
const WEIGHTS = { min: 400, max: 700 } as const;

interface Face {
  readonly name: string;
  /** The package's file that its glyphs come from. */
  readonly of: string;
  readonly ranges: string;
}

/**
 * Onest in parts: a browser loads those that a page has letters of. Of two with the same letter it
 * takes the later one, so that a page in English or Ukrainian is set with the last two alone.
 */
const FACES: readonly Face[] = [
  {
    name: "cyrillic-ext",
    of: "cyrillic-ext",
    ranges: "U+0460-052F, U+1C80-1C8A, U+20B4, U+2DE0-2DFF, U+A640-A69F, U+FE2E-FE2F",
  },
  {
    name: "latin-ext",
    of: "latin-ext",
    ranges:
      "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+0304, U+0308, U+0329, " +
      "U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0, U+2113",
  },
  {
    name: "latin-accents",
    of: "latin",
    ranges:
      "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, " +
      "U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD",
  },
  {
    name: "latin",
    of: "latin",
    ranges:
      "U+0020-007E, U+00A0, U+00A9, U+00AB, U+00B7, U+00BB, U+00D7, U+02BC, U+2013-2014, " +
      "U+2018-201A, U+201C-201E, U+2022, U+2026, U+2212",
  },
  {
    name: "cyrillic",
    of: "cyrillic",
    ranges: "U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116",
  },
];

/** The fonts of the pages: only the letters and weights that are ours, and the CSS that names them. */
export function fonts(): Plugin {
  return {
    name: "opdesk-fonts",
    async buildStart() {
      await mkdir(MADE, { recursive: true });
      await Promise.all(FACES.map(make));
      await writeFile(join(MADE, "fonts.css"), FACES.map(rule).join("\n"));
    },
  };
}

async function make(face: Face): Promise<void> {
  const whole = await readFile(here(`./${FONT}/onest-${face.of}-wght-normal.woff2`));
  const part = await subset(whole, lettersOf(face.ranges), {
    targetFormat: "woff2",
    variationAxes: { wght: WEIGHTS },
  });
  await writeFile(join(MADE, `onest-${face.name}.woff2`), part);
}

function rule({ name, ranges }: Face): string {
  return `@font-face {
  font-family: "Onest";
  font-style: normal;
  font-weight: ${WEIGHTS.min} ${WEIGHTS.max};
  font-display: swap;
  src: url("./onest-${name}.woff2") format("woff2");
  unicode-range: ${ranges};
}
`;
}

function lettersOf(ranges: string): string {
  return ranges.split(", ").map(lettersOfRange).join("");
}

function lettersOfRange(range: string): string {
  const [first = 0, last = first] = range
    .slice("U+".length)
    .split("-")
    .map((code) => Number.parseInt(code, 16));
  const codes = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return String.fromCodePoint(...codes);
}
