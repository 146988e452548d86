import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import type { Messages } from ".";

function keysOf(messages: Messages, prefix = ""): string[] {
  return Object.entries(messages).flatMap(([key, value]) =>
    typeof value === "string" ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  );
}

function read(app: string, language: string): string[] {
  const text = readFileSync(`${app}/src/locales/${language}.json`, "utf8");
  return keysOf(JSON.parse(text) as Messages).sort();
}

/** Keys that the sources name as they are; those put together at run time end in a dot. */
function used(app: string): string[] {
  const files = readdirSync(`${app}/src`, { recursive: true, encoding: "utf8" });
  const sources = files.filter((name) => /\.(vue|ts)$/.test(name) && !name.endsWith(".test.ts"));
  const texts = sources.map((name) => readFileSync(`${app}/src/${name}`, "utf8"));
  return texts.flatMap((text) =>
    [...text.matchAll(/\bt\(\s*["'`]([\w.]+)/g)].map((match) => match[1] ?? ""),
  );
}

test.each(["panel", "dashboard"])("both languages of the %s say the same things", (app) => {
  expect(read(app, "uk")).toEqual(read(app, "en"));
});

test.each(["panel", "dashboard"])("every text that the %s asks for is there", (app) => {
  const known = read(app, "en");
  const missing = used(app).filter((key) =>
    key.endsWith(".") ? !known.some((one) => one.startsWith(key)) : !known.includes(key),
  );

  expect(missing).toEqual([]);
});

test.each(["panel", "dashboard"])("no text of the %s has an @ that is taken for a link", (app) => {
  for (const language of ["uk", "en"]) {
    const text = readFileSync(`${app}/src/locales/${language}.json`, "utf8");
    expect(text.replaceAll("{'@'}", "")).not.toContain("@");
  }
});
