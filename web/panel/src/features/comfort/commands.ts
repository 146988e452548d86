import { chordOf, hasModifier, type Press } from "./keys";

/** Something that the panel does for whoever names it, or presses its keys. */
export interface Command {
  readonly id: string;
  /** What it does, in the reader's language. */
  readonly label: string;
  /** Its chord, see `chordOf`. */
  readonly keys?: string;
  /** The rare thing that only the keys are for: the bar does not list it. */
  readonly isKeyOnly?: boolean;
  /** Whether it makes sense now. Without it: always. */
  isAvailable?(): boolean;
  run(): void;
}

export function isAvailable(command: Command): boolean {
  return command.isAvailable?.() ?? true;
}

/** The command of a key press, or null: it is not ours, or belongs to the text that one types. */
export function commandFor(
  commands: readonly Command[],
  press: Press,
  { isTyping, isMac }: { readonly isTyping: boolean; readonly isMac: boolean },
): Command | null {
  if (press.isComposing) return null;
  const chord = chordOf(press, isMac);
  if (isTyping && !hasModifier(chord)) return null;
  return commands.find((one) => one.keys === chord && isAvailable(one)) ?? null;
}

/** Those that the bar lists for what was typed: every word must begin a word of the label. */
export function matching(commands: readonly Command[], typed: string): readonly Command[] {
  const asked = wordsOf(typed);
  return commands.filter((command) => {
    if (command.isKeyOnly || !isAvailable(command)) return false;
    const words = wordsOf(command.label);
    return asked.every((part) => words.some((word) => word.startsWith(part)));
  });
}

function wordsOf(text: string): readonly string[] {
  return text.toLocaleLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
