import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { ACTIONS } from "./actions";

test("the page knows every action that the server writes down, in both languages", () => {
  const model = readFileSync("../src/opdesk/audit/model.py", "utf8");
  const written = [...model.matchAll(/^ {4}[A-Z_]+ = "([\w.]+)"/gm)].map((found) => found[1]);

  expect([...ACTIONS]).toEqual(written);
  for (const language of ["uk", "en"]) {
    const texts = JSON.parse(readFileSync(`dashboard/src/locales/${language}.json`, "utf8")) as {
      audit: { action: Record<string, string> };
    };
    expect(Object.keys(texts.audit.action).sort()).toEqual(
      ACTIONS.map((action) => action.replace(".", "_")).sort(),
    );
  }
});
