import { describe, expect, it, vi } from "vitest";

import { Listeners, type PageApi, queued, replay } from "./api";
import { contrast, textOn } from "./look";
import { languageOf } from "./words";

describe("what a page calls before the script is there", () => {
  it("is a list, or an object that keeps one", () => {
    expect(queued([["open"]])).toEqual([["open"]]);
    expect(queued({ q: [["identify", { name: "x" }]] })).toEqual([["identify", { name: "x" }]]);
    for (const nothing of [undefined, null, 5, "x", {}, { q: 1 }, [1, "open"]]) {
      expect(queued(nothing)).toEqual([]);
    }
  });

  it("is run in order, and what nobody knows is skipped", () => {
    const run: string[] = [];
    const api = { open: () => run.push("open"), close: () => run.push("close") };

    replay(api as unknown as PageApi, [["close"], ["fly" as "open"], ["open"]]);

    expect(run).toEqual(["close", "open"]);
  });
});

describe("listeners of a page", () => {
  it("hear until they end, and their mistakes are theirs", () => {
    const told = vi.fn();
    vi.stubGlobal("reportError", vi.fn());
    const listeners = new Listeners();
    listeners.on("unread", () => {
      throw new Error("the page's own");
    });
    const end = listeners.on("unread", told);

    listeners.tell("unread", 2);
    end();
    listeners.tell("unread", 3);

    expect(told.mock.calls).toEqual([[2]]);
    expect(reportError).toHaveBeenCalledTimes(2);
  });
});

describe("the look", () => {
  it("has text that can be read on every colour", () => {
    for (let red = 0; red < 256; red += 17) {
      for (let green = 0; green < 256; green += 17) {
        for (let blue = 0; blue < 256; blue += 51) {
          const color = `#${[red, green, blue].map((one) => one.toString(16).padStart(2, "0")).join("")}`;
          expect(contrast(color, textOn(color)), color).toBeGreaterThanOrEqual(3.6);
        }
      }
    }
    expect(textOn("#1f7a4d")).toBe("#ffffff");
    expect(textOn("#ffd700")).toBe("#10201a");
  });

  it("speaks the language of the page", () => {
    expect(languageOf(undefined, "en-GB", "uk")).toBe("en");
    expect(languageOf("uk", "en", "en")).toBe("uk");
    expect(languageOf(null, "de", "en-US")).toBe("en");
    expect(languageOf("", "", "pl")).toBe("uk");
  });
});
