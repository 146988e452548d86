import { expect, test } from "vitest";

import { problemKey } from "./words";

test.each([
  ["is not your password", "wrong"],
  ["must have 10 to 256 characters", "length"],
  ["is too easy to guess: it is the login", "tooEasy"],
  ["is not the one that the authenticator shows now", "code"],
  ["is of another kind", "other"],
])("%s has words of ours", (text, key) => expect(problemKey(text)).toBe(key));
