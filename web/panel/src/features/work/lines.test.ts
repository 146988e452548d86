import { expect, it } from "vitest";

import en from "../../locales/en.json";
import uk from "../../locales/uk.json";
import { said } from "./lines";

const NOTHING = { by: null, to: null, note: null, tag: null, until: null };

it("a line is said with who did it, or without when nobody is named", () => {
  const line = { ...NOTHING, code: "transferred", by: "Олена", to: "Петро" };
  expect(said(line, String)).toEqual({
    key: "line.transferred.by",
    params: { by: "Олена", to: "Петро", tag: "", until: "" },
  });
  expect(said({ ...NOTHING, code: "closed" }, String)?.key).toBe("line.closed.plain");
});

it("a snooze says until when, if it ends", () => {
  const line = { ...NOTHING, code: "snoozed", until: "2026-11-25T07:00:00.000Z" };
  expect(said(line, (iso) => iso.slice(11, 16))?.params["until"]).toBe("07:00");
  expect(said({ ...line, until: null }, String)?.key).toBe("line.snoozed.plainEver");
});

it("a code that this panel does not know is left to the server's words", () => {
  expect(said({ ...NOTHING, code: "teleported" }, String)).toBeNull();
});

it("every line has its sentences in both languages", () => {
  const has = (texts: object, key: string): boolean =>
    typeof key
      .split(".")
      .reduce((at: unknown, part) => (at as Record<string, unknown>)[part], texts) === "string";
  for (const code of Object.keys(uk.line)) {
    for (const by of [null, "Олена"]) {
      const key = said({ ...NOTHING, code, by }, String)?.key ?? code;
      expect([key, has(uk, key), has(en, key)]).toEqual([key, true, true]);
    }
  }
});
