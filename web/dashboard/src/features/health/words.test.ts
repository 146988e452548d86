import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const source = readFileSync("../src/opdesk/doctor/words.py", "utf8");

/** The keys of one of the doctor's tables of words. */
function codesOf(table: string): string[] {
  const body = source.split(`${table}: Mapping[str, str] = {`)[1]?.split("\n}")[0] ?? "";
  return [...body.matchAll(/^ {4}"([\w.]+)":/gm)].map((found) =>
    (found[1] ?? "").replace(".", "_"),
  );
}

test.each(["uk", "en"])("everything that the doctor can say is there in %s", (language) => {
  const texts = JSON.parse(readFileSync(`dashboard/src/locales/${language}.json`, "utf8")) as {
    health: Record<"text" | "mend" | "check", Record<string, string>>;
  };
  const codes = codesOf("TEXTS");

  expect(codes.length).toBeGreaterThan(50);
  expect(Object.keys(texts.health.text).sort()).toEqual(codes.sort());
  expect(Object.keys(texts.health.mend).sort()).toEqual(codesOf("MENDS").sort());
  const checks = new Set(codes.map((code) => code.split("_")[0]));
  expect(Object.keys(texts.health.check).sort()).toEqual([...checks].sort());
});
