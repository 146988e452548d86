import { expect, test } from "vitest";

import { chordOf, hasModifier, keysOf, type Press } from "./keys";

function press(key: string, code: string, held: Partial<Press> = {}): Press {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  return { key, code, isComposing: false, ...none, ...held };
}

test("a letter is told by its place under every layout", () => {
  expect(chordOf(press("k", "KeyK", { ctrlKey: true }), false)).toBe("Mod+K");
  expect(chordOf(press("л", "KeyK", { ctrlKey: true }), false)).toBe("Mod+K");
  expect(chordOf(press("к", "KeyR"), false)).toBe("R");
});

test("on a Mac Cmd is what Ctrl is elsewhere, and nothing else is", () => {
  expect(chordOf(press("k", "KeyK", { metaKey: true }), true)).toBe("Mod+K");
  expect(chordOf(press("k", "KeyK", { ctrlKey: true }), true)).not.toBe("Mod+K");
  expect(chordOf(press("k", "KeyK", { metaKey: true }), false)).not.toBe("Mod+K");
});

test("the slash and the question mark are found on an English, a German and a Ukrainian keyboard", () => {
  expect(chordOf(press("/", "Slash"), false)).toBe("/");
  expect(chordOf(press("?", "Slash", { shiftKey: true }), false)).toBe("?");
  expect(chordOf(press("/", "Digit7", { shiftKey: true }), false)).toBe("/");
  expect(chordOf(press("-", "Slash"), false)).toBe("-");
  expect(chordOf(press(".", "Slash"), false)).toBe("/");
  expect(chordOf(press(",", "Slash", { shiftKey: true }), false)).toBe("?");
});

test("only a chord with a modifier may be taken from somebody who types", () => {
  expect(["Mod+K", "Alt+ArrowUp", "/", "?", "R", "Shift+Enter"].map(hasModifier)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("keys are shown as the keyboard names them", () => {
  expect(keysOf("Mod+K", false)).toEqual(["Ctrl", "K"]);
  expect(keysOf("Mod+K", true)).toEqual(["⌘", "K"]);
  expect(keysOf("Alt+ArrowDown", false)).toEqual(["Alt", "↓"]);
});
