import { type Api, ProblemError } from "@shared/api/client";
import type { ClientCard } from "@shared/api/model";
import { expect, test } from "vitest";

import { createClient } from "./client";

function cardOf(name: string, ...others: number[]): ClientCard {
  const chat = { messSource: 2, from: "bot", chatStatus: 1, activeAt: "", clientName: "" } as const;
  return {
    id: 1,
    name,
    phone: null,
    phoneHint: null,
    isJoined: others.length > 0,
    about: { note: "", fields: [], version: 0 },
    alsoAbout: [],
    phones: [],
    identities: [],
    otherChats: others.map((id) => ({ ...chat, id })),
    suggestions: [],
  };
}

/** A server whose answers come when the test lets them. */
function start() {
  const asked: { call: string; body: unknown; answer: (card: ClientCard) => void }[] = [];
  const api: Api = {
    request: <T>(method: string, path: string, options?: { body?: unknown }) =>
      new Promise<T>((answer) => {
        asked.push({ call: `${method} ${path}`, body: options?.body, answer: answer as never });
      }),
  };
  return { asked, client: createClient(api) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("an answer for a chat that was left is dropped", async () => {
  const { asked, client } = start();

  void client.show(1);
  void client.show(2);
  asked[1]?.answer(cardOf("Olha"));
  asked[0]?.answer(cardOf("Taras"));
  await settled();

  expect(client.card.value?.name).toBe("Olha");
});

test("what was read before a join does not undo it on screen", async () => {
  const { asked, client } = start();
  void client.show(1);
  const joined = client.join(7);

  asked[1]?.answer(cardOf("joined", 7));
  asked[0]?.answer(cardOf("alone"));
  await joined;

  expect(asked[1]).toMatchObject({ call: "POST /api/chat/1/client/join", body: { chatId: 7 } });
  expect(client.card.value?.name).toBe("joined");
  expect(client.isBusy.value).toBe(false);
});

test("separating says whose chats are gone", async () => {
  const { asked, client } = start();
  void client.show(1);
  asked[0]?.answer(cardOf("joined", 7, 8));
  await settled();

  const gone = client.separate();
  asked[1]?.answer(cardOf("alone", 8));

  expect(await gone).toEqual([7]);
  expect(asked[1]?.call).toBe("DELETE /api/chat/1/client/join");
});

test("a client who is on screen stays there when reading anew fails", async () => {
  const answers = [cardOf("Taras")];
  const client = createClient({
    request<T>() {
      const next = answers.shift();
      return next ? Promise.resolve(next as T) : Promise.reject(new ProblemError({ status: 503 }));
    },
  });

  await client.show(1);
  await client.show(1);
  expect(client.hasFailed.value).toBe(false);
  await client.show(2);

  expect(client.card.value).toBeNull();
  expect(client.hasFailed.value).toBe(true);
});

test("what a colleague wrote meanwhile is read before it is replaced", async () => {
  const mine = { note: "mine", fields: [], version: 0 };
  const theirs = { ...cardOf("Taras"), about: { note: "theirs", fields: [], version: 1 } };
  const api: Api = {
    request: <T>(method: string) =>
      method === "PUT"
        ? Promise.reject(new ProblemError({ status: 409 }))
        : Promise.resolve(theirs as T),
  };
  const client = createClient(api);
  await client.show(1);

  expect(await client.describe(mine)).toBe(false);
  expect(client.card.value?.about).toEqual(theirs.about);
});
