import type { CanSend } from "@shared/api/model";

/** What a channel takes of one text: characters, and bytes where its platform counts those. */
export interface TextLimit {
  readonly chars: number;
  readonly bytes: number | null;
}

/** What the server takes of a note. */
export const NOTE_LIMIT: TextLimit = { chars: 4000, bytes: null };

/** A text beside a file is its caption where the platform has one, else a message of its own. */
export function limitOf(allowed: CanSend | null, hasMedia: boolean): TextLimit | null {
  if (!allowed) return null;
  const { textChars, captionChars, textBytes } = allowed.limits;
  return { chars: hasMedia && captionChars > 0 ? captionChars : textChars, bytes: textBytes };
}

const encoder = new TextEncoder();

/** Characters left, once that is worth showing: over the limit or within a tenth (at most 200) of it. */
export function shownRemainder(text: string, limit: TextLimit | null): number | null {
  if (!limit) return null;
  const left = remainderOf(text, limit);
  return left <= Math.min(200, limit.chars / 10) ? left : null;
}

/** The fewer of both: of bytes, as many characters as they hold of those that the text is made of. */
function remainderOf(text: string, { chars, bytes }: TextLimit): number {
  const length = [...text].length;
  const left = chars - length;
  if (bytes === null || length === 0) return left;
  const size = encoder.encode(text).length;
  return Math.min(left, Math.floor((bytes - size) / (size / length)));
}
