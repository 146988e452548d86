/** From `start` to before `end`, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface MarkedPiece {
  readonly text: string;
  readonly isMarked: boolean;
}

/** Splits a text where `spans` begin and end; they are in their order and none is over another. */
export function piecesOf(text: string, spans: readonly Span[]): readonly MarkedPiece[] {
  const pieces: MarkedPiece[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (start > at) pieces.push({ text: text.slice(at, start), isMarked: false });
    pieces.push({ text: text.slice(start, end), isMarked: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isMarked: false });
  return pieces;
}

const CLUSTER = /[\s\S][\u0300-\u036f]*/gu;
const APOSTROPHES = /['’`´‘′‛ʹʻʼ＇]/gu;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Latin and Greek letters lose their marks; a Cyrillic letter with one is another letter. */
const ACCENTED_UP_TO = 0x400;
const LOST = /[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670\p{Cf}]/gu;
const LIKE: Readonly<Record<string, string>> = {
  ё: "е",
  ґ: "г",
  ѐ: "е",
  ѝ: "и",
  ł: "l",
  ø: "o",
  đ: "d",
  ı: "i",
  ß: "ss",
  أ: "ا",
  إ: "ا",
  آ: "ا",
  ٱ: "ا",
  ى: "ي",
  ة: "ه",
};
const LATIN_LIKE = "aceiopxyk";
const CYRILLIC_LIKE = "асеіорхук";
const MIXED = /[a-z][\p{L}\p{M}]*[\u0400-\u04ff]|[\u0400-\u04ff][\p{L}\p{M}]*[a-z]/u;
/** Scripts without spaces between words: any part of them is found. */
const UNSPACED =
  /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{323af}]/u;
const MIN_DIGITS = 3;
const NUMBER = /\d(?:[\s().-]*\d){2,}/gu;

/** Where the words of a search stand in a text, as the server's own search sees them. */
export function spansIn(text: string, asked: string): readonly Span[] {
  const wanted = wordsOf(asked);
  if (wanted.length === 0) return [];
  const { folded, origins } = foldedOf(text);
  const found = wanted
    .flatMap((word) => placesOf(folded, word))
    .map(([start, end]) => ({
      start: origins[start]?.start ?? 0,
      end: origins[end - 1]?.end ?? 0,
    }));
  return merged(found);
}

function wordsOf(asked: string): readonly string[] {
  const { folded } = foldedOf(asked);
  const numbers = [...folded.matchAll(NUMBER)].map(([number]) => digitsOf(number));
  const words = folded.replace(NUMBER, " ").match(WORD) ?? [];
  return [...new Set([...words, ...numbers])];
}

function digitsOf(number: string): string {
  const digits = number.replace(/\D/gu, "");
  return digits.length >= 9 ? digits.replace(/^0+/u, "") : digits;
}

function placesOf(folded: string, word: string): readonly (readonly [number, number])[] {
  const isNumber = /^\d+$/u.test(word) && word.length >= MIN_DIGITS;
  const source = isNumber ? [...word].join("[\\s().+-]*") : word;
  const isAnywhere = isNumber || UNSPACED.test(word);
  const pattern = new RegExp(isAnywhere ? source : `(?<![\\p{L}\\p{N}\\p{M}])${source}`, "gu");
  return [...folded.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]);
}

/** The folded text, and for each of its units where in `text` it came from. */
function foldedOf(text: string): { folded: string; origins: readonly Span[] } {
  let folded = "";
  const origins: Span[] = [];
  for (const match of text.matchAll(CLUSTER)) {
    const plain = plainOf(match[0]);
    const origin = { start: match.index, end: match.index + match[0].length };
    for (let unit = 0; unit < plain.length; unit += 1) origins.push(origin);
    folded += plain;
  }
  return { folded: folded.replace(WORD, unmixed), origins };
}

function plainOf(cluster: string): string {
  const lower = cluster.normalize("NFKC").toLowerCase().normalize("NFC");
  const letters = [...lower.replace(APOSTROPHES, "")].map((char) => {
    const base = char.normalize("NFD").slice(0, 1);
    const isPlain = (base.codePointAt(0) ?? 0) < ACCENTED_UP_TO;
    const kept = isPlain ? base : char;
    return LIKE[kept] ?? kept;
  });
  return letters.join("").replace(LOST, "");
}

/** A Latin letter in a Cyrillic word is taken for the one it looks like. */
function unmixed(word: string): string {
  if (!MIXED.test(word)) return word;
  return word.replace(/[aceiopxyk]/gu, (letter) => {
    return CYRILLIC_LIKE.charAt(LATIN_LIKE.indexOf(letter));
  });
}

function merged(spans: readonly Span[]): readonly Span[] {
  const kept: Span[] = [];
  for (const span of [...spans].sort((one, other) => one.start - other.start)) {
    const last = kept.at(-1);
    if (last && span.start <= last.end) {
      kept[kept.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else kept.push(span);
  }
  return kept;
}
