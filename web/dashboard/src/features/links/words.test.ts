import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FOLDER = "../src/opdesk/deeplinks";
const actions = readdirSync(`${FOLDER}/actions`)
  .filter((name) => name.endsWith(".py"))
  .map((name) => readFileSync(`${FOLDER}/actions/${name}`, "utf8"));
const problems = readFileSync(`${FOLDER}/model.py`, "utf8").split("class LinkProblem")[1] ?? "";
/** Names of rules, which are no codes of steps. */
const OTHERS = ["chat_raw_id"];

test.each(["uk", "en"])("every step of a link has its words in %s", (language) => {
  const texts = JSON.parse(readFileSync(`dashboard/src/locales/${language}.json`, "utf8")) as {
    links: { step: Record<string, string> };
  };
  const source = [...actions, problems.split("class ")[0]].join("\n");
  const codes = [...source.matchAll(/"([a-z]+(?:_[a-z]+)+)"/g)].map((found) => found[1] ?? "");
  const wanted = [...new Set(codes)].filter((code) => !OTHERS.includes(code));

  expect(wanted.length).toBeGreaterThan(30);
  expect(Object.keys(texts.links.step)).toEqual(expect.arrayContaining(wanted));
});
