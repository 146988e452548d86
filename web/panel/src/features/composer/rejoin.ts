/** A text that goes back into the composer: below what was begun there meanwhile. */
export function rejoin(begun: string, returned: string): string {
  return [begun.trimEnd(), returned].filter((text) => text !== "").join("\n");
}
