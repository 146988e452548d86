import { expect, test } from "vitest";

import { type Command, commandFor, matching } from "./commands";
import type { Press } from "./keys";

const nothing = (): void => undefined;
const COMMANDS: readonly Command[] = [
  { id: "bar", label: "Commands", keys: "Mod+K", isKeyOnly: true, run: nothing },
  { id: "search", label: "Search the chats", keys: "/", run: nothing },
  { id: "take", label: "Take this chat", keys: "T", isAvailable: () => false, run: nothing },
  { id: "dark", label: "Dark theme", run: nothing },
];

function pressed(key: string, code: string, held: Partial<Press> = {}, isTyping = false) {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  const press = { key, code, isComposing: false, ...none, ...held };
  return commandFor(COMMANDS, press, { isTyping, isMac: false })?.id ?? null;
}

test("keys run their command, but not while one types, unless with a modifier", () => {
  expect(pressed("/", "Slash")).toBe("search");
  expect(pressed("/", "Slash", {}, true)).toBeNull();
  expect(pressed("k", "KeyK", { ctrlKey: true }, true)).toBe("bar");
  expect(pressed("k", "KeyK")).toBeNull();
});

test("what makes no sense now has no key, nor has a word that is being composed", () => {
  expect(pressed("t", "KeyT")).toBeNull();
  expect(pressed("/", "Slash", { isComposing: true })).toBeNull();
});

test("the bar finds by the beginnings of words, and lists what makes sense now", () => {
  const ids = (typed: string) => matching(COMMANDS, typed).map(({ id }) => id);

  expect(ids("")).toEqual(["search", "dark"]);
  expect(ids("ch sea")).toEqual(["search"]);
  expect(ids("THEME")).toEqual(["dark"]);
  expect(ids("arch")).toEqual([]);
  expect(ids("take")).toEqual([]);
});
