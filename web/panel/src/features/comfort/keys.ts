/** What a key press says, as far as a chord tells it. */
export type Press = Pick<
  KeyboardEvent,
  "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing"
>;

/**
 * A press as commands name it: `Mod+K`, `Alt+ArrowDown`, `/`. `Mod` is Ctrl, on a Mac Cmd. Letters
 * are told by their place on the keyboard, so that they are the same under a Ukrainian layout.
 */
export function chordOf(press: Press, isMac: boolean): string {
  const isMod = isMac ? press.metaKey : press.ctrlKey;
  const isOther = isMac ? press.ctrlKey : press.metaKey;
  const key = nameOf(press);
  const isShiftSaid = press.shiftKey && key.length > 1;
  const held = [isMod && "Mod", isOther && "Other", press.altKey && "Alt", isShiftSaid && "Shift"];
  return [...held.filter(Boolean), key].join("+");
}

function nameOf({ key, code, shiftKey }: Press): string {
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  if (letter) return letter;
  // Cyrillic layouts have a full stop and a comma where others have the slash.
  if (code === "Slash" && (key === "." || key === ",")) return shiftKey ? "?" : "/";
  return key;
}

/** Whether a chord may be taken from somebody who types: only one that types nothing. */
export function hasModifier(chord: string): boolean {
  return /^(Mod|Alt)\+/.test(chord);
}

const SIGNS: Readonly<Record<string, string>> = { ArrowUp: "↑", ArrowDown: "↓" };

/** A chord as the person's keyboard shows it, key by key. */
export function keysOf(chord: string, isMac: boolean): readonly string[] {
  const names: Readonly<Record<string, string>> = isMac
    ? { Mod: "⌘", Alt: "⌥" }
    : { Mod: "Ctrl", Alt: "Alt" };
  return chord.split("+").map((key) => names[key] ?? SIGNS[key] ?? key);
}

/** Where keys without a modifier are text, or already mean something. */
const OWN_KEYS =
  "input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=menu], [role=listbox]";

export function isTypedInto(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(OWN_KEYS) !== null;
}
