export interface Piece {
  readonly text: string;
  /** Set for a web address, an e-mail or a phone: where it leads. */
  readonly href: string | null;
  /** It names a colleague who is called. */
  readonly isMention?: true;
}

const WEB = /https?:\/\/[^\s<>"'`]+|(?<![\p{L}\p{N}_.@-])www\.[^\s<>"'`]+/iu;
const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,63}/u;
const PHONE = /(?<![\p{L}\p{N}+/=-])(?:\+\d|0\d)(?:[ \u00a0().-]{0,2}\d){7,14}(?![\p{L}\p{N}/=])/u;
const ANY = new RegExp([WEB, EMAIL, PHONE].map(({ source }) => `(${source})`).join("|"), "giu");
const TRAILING = /[.,:;!?'"*_~)\]}>»”’…]+$/u;
/** Between the spaces of a number that is none: dates and sums. */
const DATE = /^\d{2}[.-]\d{2}[.-]\d{4}/;

/** Splits a text at its addresses. Only http, https, mailto and tel lead anywhere. */
export function splitLinks(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ANY)) {
    const [whole, web, email] = match;
    const shown = web ? trimmed(whole) : whole;
    const href = hrefOf(shown, web !== undefined, email !== undefined);
    if (href === null) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), href: null });
    pieces.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}

function hrefOf(shown: string, isWeb: boolean, isEmail: boolean): string | null {
  if (isEmail) return `mailto:${encodeURI(shown)}`;
  if (!isWeb) return phoneHref(shown);
  const address = /^https?:/i.test(shown) ? shown : `https://${shown}`;
  if (!URL.canParse(address)) return null;
  const { href, hostname } = new URL(address);
  return hostname.startsWith("www.") && !hostname.slice(4).includes(".") ? null : href;
}

function phoneHref(shown: string): string | null {
  const digits = shown.replace(/\D/g, "");
  const isLong = digits.length >= 9 && digits.length <= 15;
  return isLong && !DATE.test(shown) ? `tel:${shown.startsWith("+") ? "+" : ""}${digits}` : null;
}

/** The end of a sentence is not part of the address, but `(...)` inside of it is. */
function trimmed(address: string): string {
  const bare = address.replace(TRAILING, "");
  const isBalanced = bare.includes("(") && address.charAt(bare.length) === ")";
  return isBalanced ? `${bare})` : bare;
}

/** The same for a note, in which `@name` of somebody who is called stands out. */
export function splitMentions(text: string, names: readonly string[]): readonly Piece[] {
  return splitLinks(text).flatMap((piece) =>
    piece.href ? [piece] : mentionsIn(piece.text, names),
  );
}

function mentionsIn(text: string, names: readonly string[]): readonly Piece[] {
  const signs = [...names].sort((a, b) => b.length - a.length).map((name) => `@${name}`);
  const pieces: Piece[] = [];
  let rest = text;
  while (rest) {
    const found = signs
      .map((sign) => ({ sign, at: rest.indexOf(sign) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.sign.length - a.sign.length)[0];
    if (!found) break;
    if (found.at > 0) pieces.push({ text: rest.slice(0, found.at), href: null });
    pieces.push({ text: found.sign, href: null, isMention: true });
    rest = rest.slice(found.at + found.sign.length);
  }
  return rest ? [...pieces, { text: rest, href: null }] : pieces;
}
