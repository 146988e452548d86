/** One or two letters for a person without a photo; "" when the name has no letter or digit. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).flatMap((word) => word.match(/[\p{L}\p{N}]/u)?.[0] ?? []);
  return words.slice(0, 2).join("").toLocaleUpperCase();
}

/** A person keeps a colour of their own: one of `count`, by id. */
export function hueOf(id: number, count: number): number {
  return Math.abs((id * 2654435761) % 4294967296) % count;
}
