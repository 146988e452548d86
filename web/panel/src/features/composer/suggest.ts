/** The word that is being typed, and where it stands in the text. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly words: string;
}

/**
 * What stands between `sign` (`/` or `@`) and the caret, when the sign begins a word; else null.
 * A mention may have spaces, as names do: `spaces` says how many.
 */
export function tokenAt(text: string, caret: number, sign: "/" | "@", spaces = 0): Token | null {
  const before = text.slice(0, caret);
  const start = before.lastIndexOf(sign);
  if (start < 0 || (start > 0 && !/\s/u.test(before.charAt(start - 1)))) return null;
  const words = before.slice(start + 1);
  if (words.includes("\n") || words.startsWith(" ")) return null;
  return words.split(" ").length - 1 > spaces ? null : { start, end: caret, words };
}

/** Those that begin with what was typed, then those that have it anywhere. */
export function matching<T>(items: readonly T[], words: string, texts: (it: T) => string[]): T[] {
  const asked = words.toLocaleLowerCase();
  const rank = (it: T): number => {
    const [first = "", ...rest] = texts(it).map((text) => text.toLocaleLowerCase());
    if (first.startsWith(asked)) return 0;
    return [first, ...rest].some((text) => text.includes(asked)) ? 1 : 2;
  };
  const ranked = items.map((it) => ({ it, rank: rank(it) })).filter((one) => one.rank < 2);
  return ranked.sort((a, b) => a.rank - b.rank).map((one) => one.it);
}

export interface Known {
  readonly client: string | null;
  readonly operator: string | null;
  readonly order: string | null;
}

const VARIABLE = /\{(client|operator|order)\}/gu;

/** A quick reply with what is known in its places; an unknown one stays for the operator. */
export function filledReply(text: string, known: Known): string {
  return text.replace(VARIABLE, (whole, name: keyof Known) => known[name] ?? whole);
}

/** The first place that nobody has filled in: [start, end], or null. */
export function unfilledPlace(text: string): readonly [number, number] | null {
  const found = new RegExp(VARIABLE.source, "u").exec(text);
  return found ? [found.index, found.index + found[0].length] : null;
}

/** The operators whose name stands behind an `@` in a text. */
export function mentionedIn(
  text: string,
  people: readonly { readonly id: number; readonly name: string }[],
): number[] {
  return people.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id);
}
