export interface Piece {
  readonly text: string;
  /** Set for a web address: where it leads. */
  readonly href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'`]+/giu;
const TRAILING = /[.,:;!?)\]}»”…]+$/u;

/** Splits a text at its web addresses. Only http and https lead anywhere; the rest stays text. */
export function splitLinks(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), href: null });
    pieces.push({ text: address, href: new URL(address).href });
    end = match.index + address.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}

/** The end of a sentence is not part of the address, but `(...)` inside of it is. */
function trimmed(address: string): string {
  const bare = address.replace(TRAILING, "");
  const isBalanced = bare.includes("(") && address.charAt(bare.length) === ")";
  return isBalanced ? `${bare})` : bare;
}
