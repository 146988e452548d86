const UNIT = 1024;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/**
 * A file's size in words of the language, at most one digit after the point: `1.4 MB`. A MB is
 * 1024 × 1024 bytes, as in the server's settings and in most file managers.
 */
export function formatSize(bytes: number, locale: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= UNIT && unit < UNITS.length - 1) {
    value /= UNIT;
    unit += 1;
  }
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: unit === 0 ? "narrow" : "short",
    maximumFractionDigits: unit > 1 ? 1 : 0,
  }).format(value);
}
