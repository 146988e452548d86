// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";

import { arrange, type Row } from "./bubbles";
import { problemOf } from "./forms";
import { linked, sizeOf } from "./text";
import { WORDS } from "./words";

const shown = (text: string): string => {
  const box = document.createElement("div");
  box.append(...linked(text, "tab"));
  return box.innerHTML;
};

describe("a text of somebody else", () => {
  it("stays text, whatever it looks like", () => {
    expect(shown('<img src=x onerror="alert(1)">')).not.toContain("<img");
    expect(shown("javascript:alert(1)")).toBe("javascript:alert(1)");
  });

  it("has links of web addresses, without the sentence's own signs", () => {
    const found = shown("Див. https://a.example/x?y=1, (http://b.example/).");

    expect(found).toContain('href="https://a.example/x?y=1"');
    expect(found).toContain('href="http://b.example/"');
    expect(found).toContain('rel="noopener noreferrer nofollow"');
    expect(found.endsWith(").")).toBe(true);
  });
});

describe("the list of messages", () => {
  const row = (key: string, look = key): Row => ({
    key,
    look,
    make: () => document.createElement("li"),
  });
  const keys = (list: HTMLElement): (string | null)[] =>
    [...list.children].map((one) => one.getAttribute("data-key"));

  it("keeps nodes that did not change, in whatever order the rows come", () => {
    const list = document.createElement("ol");
    arrange(
      list,
      ["a", "b", "c"].map((key) => row(key)),
    );
    const kept = list.children[1];

    arrange(list, [row("b"), row("x"), row("c", "other")]);

    expect(keys(list)).toEqual(["b", "x", "c"]);
    expect(list.children[0]).toBe(kept);
    arrange(list, []);
    expect(list.childElementCount).toBe(0);
  });
});

describe("a form's field", () => {
  it("says why it will not do", () => {
    const words = WORDS.en;
    expect(problemOf({ name: "name", wish: "required" }, "", words)).toBe(words.required);
    expect(problemOf({ name: "name", wish: "optional" }, "", words)).toBeNull();
    expect(problemOf({ name: "email", wish: "optional" }, "x@y", words)).toBe(words.badEmail);
    expect(problemOf({ name: "email", wish: "required" }, "x@y.ua", words)).toBeNull();
  });

  it("has every word in both languages", () => {
    expect(Object.keys(WORDS.uk)).toEqual(Object.keys(WORDS.en));
    expect(sizeOf(52_428_800, "en")).toBe("50 MB");
  });
});
