import { expect, test } from "vitest";

import { formatSize } from "./size";

test("a size is shown in the unit that keeps it short", () => {
  expect([999, 24_800, 1_468_000, 52_428_800].map((bytes) => formatSize(bytes, "en"))).toEqual([
    "999B",
    "24 kB",
    "1.4 MB",
    "50 MB",
  ]);
  expect([1_073_700_000, 3 * 1024 ** 4].map((bytes) => formatSize(bytes, "en"))).toEqual([
    "1 GB",
    "3 TB",
  ]);
  expect(formatSize(1_468_000, "uk").replace("\u00a0", " ")).toBe("1,4 МБ");
});
