/** What the server says of a field of one's own sign-in, and the key of our words for it. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^is not your password$/, "wrong"],
  [/^must have (\d+) to (\d+) characters$/, "length"],
  [/^is too easy to guess/, "tooEasy"],
  [/^is not the one that the authenticator shows/, "code"],
];

/** The key below `account.problem`; what we have no words for is `other`. */
export function problemKey(text: string): string {
  return KNOWN.find(([pattern]) => pattern.test(text))?.[1] ?? "other";
}
