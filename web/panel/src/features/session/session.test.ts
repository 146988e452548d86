import type { Api } from "@shared/api/client";
import type { SignedInOperator } from "@shared/api/model";
import { expect, test } from "vitest";

import { createSession, type WhoIsSignedIn } from "./session";

const NOW = Date.UTC(2026, 10, 23, 12);
const alice = {
  operator: { id: 1, name: "Alice" },
  expiresAt: new Date(NOW + 60_000).toISOString(),
} as SignedInOperator;

async function start(holder: Awaited<ReturnType<WhoIsSignedIn>>) {
  const left: string[] = [];
  let asked = 0;
  const api: Api = { request: async <T>() => alice as T };
  const place = { here: () => "/chats/5?link=x", leave: (path: string) => void left.push(path) };
  const session = createSession(
    () => api,
    place,
    () => NOW,
    async () => {
      asked += 1;
      return holder;
    },
  );
  await session.load();
  return { session, left, asked: () => asked };
}

test.each([
  ["revoked", "revoked"],
  ["inactive", "inactive"],
  ["a word of a later server", "ended"],
])("who is signed out with %j leaves for the sign-in page, once", async (told, reason) => {
  const { session, left, asked } = await start(null);

  await Promise.all([session.signedOut(told), session.signedOut(told)]);
  await session.signedOut(told);
  session.end();

  expect(left).toEqual([`/login?next=%2Fchats%2F5%3Flink%3Dx&reason=${reason}`]);
  expect(asked()).toBeLessThanOrEqual(2);
});

test("a browser that has become somebody else's yields instead", async () => {
  const { session, left } = await start({ id: 2, name: "Bob" });

  await session.signedOut("ended");

  expect(left).toEqual([]);
  expect(session.successor.value).toEqual({ name: "Bob" });
});

test("who has a new session in this browser stays", async () => {
  const { session, left } = await start({ id: 1, name: "Alice" });

  await session.signedOut("ended");

  expect(left).toEqual([]);
  expect(session.successor.value).toBeNull();
});
