const UNIT = 1024;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/**
 * A file's size in words of the language, at most one digit after the point: `1.4 MB`. A MB is
 * 1024 × 1024 bytes, as in the server's settings and in most file managers. The server's own words
 * (`kit/sizes.py`) are made in the same way.
 */
export function formatSize(bytes: number, locale: string): string {
  let value = bytes;
  let unit = 0;
  while (unit < UNITS.length - 1 && rounded(value, unit) >= UNIT) {
    value /= UNIT;
    unit += 1;
  }
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: unit === 0 ? "narrow" : "short",
    maximumFractionDigits: digitsOf(unit),
  }).format(value);
}

function digitsOf(unit: number): number {
  return unit > 1 ? 1 : 0;
}

/** As it would be shown: 1,023.97 MB are 1 GB, not 1,024 MB. */
function rounded(value: number, unit: number): number {
  return Number(value.toFixed(digitsOf(unit)));
}
