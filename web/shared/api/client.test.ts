import { expect, test } from "vitest";

import { createApi, ProblemError } from "./client";

function apiThatAnswers(status: number, body: unknown) {
  return createApi({
    fetch: async () => new Response(JSON.stringify(body), { status }),
    operatorId: () => null,
    onSignedOut: () => undefined,
    onOtherOperator: () => undefined,
  });
}

async function problemOf(status: number, body: unknown): Promise<ProblemError> {
  const error: unknown = await apiThatAnswers(status, body)
    .request("POST", "/api/chat/1/message")
    .catch((reason: unknown) => reason);
  if (!(error instanceof ProblemError)) throw new Error("the answer was no problem");
  return error;
}

test("a held send comes with what others wrote meanwhile", async () => {
  const problem = await problemOf(409, {
    title: "A colleague has answered since",
    missed: [{ id: 8 }],
  });

  expect(problem.title).toBe("A colleague has answered since");
  expect(problem.missed).toEqual([{ id: 8 }]);
});

test.each([
  [409, { title: "The client is blocked" }],
  [409, { title: "A colleague has answered since", missed: "many" }],
  [422, { missed: [] }],
])("status %i with %j holds nothing", async (status, body) => {
  expect((await problemOf(status, body)).missed).toBeNull();
});

test.each([
  [401, { title: "Credentials are missing or not valid" }, 1],
  [401, { title: "Wrong login or password", errors: { current: ["is not your password"] } }, 0],
  [403, { title: "Your role may not do this" }, 0],
])("status %i with %j ends a session: %i", async (status, body, times) => {
  let ended = 0;
  const api = createApi({
    fetch: async () => new Response(JSON.stringify(body), { status }),
    operatorId: () => null,
    onSignedOut: () => (ended += 1),
    onOtherOperator: () => undefined,
  });

  await expect(api.request("PUT", "/api/company/me/password")).rejects.toThrow();

  expect(ended).toBe(times);
});
