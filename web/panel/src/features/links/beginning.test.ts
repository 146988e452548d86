import type { Api } from "@shared/api/client";
import { ProblemError } from "@shared/api/client";
import type { LinkChannel } from "@shared/api/model";
import { Source } from "@shared/api/model";
import { expect, test, vi } from "vitest";

import { createBeginning } from "./beginning";

const viber: LinkChannel = {
  id: 3,
  source: Source.Viber,
  from: "MyBrand",
  canWriteFirst: true,
  reason: null,
};
const PHONE = "+380501234567";

function answering(...answers: (ProblemError | { id: number })[]) {
  const request = vi.fn(() => {
    const answer = answers.shift();
    return answer instanceof ProblemError ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return { request, beginning: createBeginning({ request } as unknown as Api) };
}

test("a double click begins one chat", async () => {
  const { request, beginning } = answering({ id: 5 });

  const both = await Promise.all([beginning.begin(viber, PHONE), beginning.begin(viber, PHONE)]);

  expect(both).toEqual([{ id: 5 }, null]);
  expect(request).toHaveBeenCalledOnce();
  expect(request).toHaveBeenCalledWith("POST", "/api/chat", {
    body: { channelId: 3, phone: PHONE },
  });
  expect(beginning.busy.value).toBeNull();
});

test("after a failure it is tried again", async () => {
  const { beginning } = answering(new ProblemError({ status: 0 }), { id: 5 });

  expect(await beginning.begin(viber, PHONE)).toBeNull();
  expect(beginning.failed.value).toEqual({ channel: viber, why: "offline" });
  expect(await beginning.begin(viber, PHONE)).toEqual({ id: 5 });
  expect(beginning.failed.value).toBeNull();
});

test.each([
  [
    { status: 400, errors: { phone: ["is not a phone number that this channel can write to"] } },
    "phone",
  ],
  [{ status: 409, errors: { channelId: ["is switched off"] } }, "channel"],
  [{ status: 404 }, "channel"],
  [{ status: 503 }, "server"],
])("%j is told as %s", async (problem, why) => {
  const { beginning } = answering(new ProblemError(problem));

  await beginning.begin(viber, PHONE);

  expect(beginning.failed.value?.why).toBe(why);
});
