import { type Api, ProblemError } from "@shared/api/client";
import { expect, test } from "vitest";

import { chat } from "../../testing/cast";
import { createChats } from "./chats";

/** A server whose answers the test gives by path; without one it is down. */
function start(answers: Record<string, () => unknown>) {
  const asked: string[] = [];
  const api: Api = {
    async request<T>(_method: string, path: string) {
      asked.push(path);
      const answer = answers[path];
      if (!answer) throw new ProblemError({ status: 503 });
      return answer() as T;
    },
  };
  return { asked, answers, chats: createChats(api) };
}

test("a chat whose details could not be read says so, and is read once the server is back", async () => {
  const { chats, answers } = start({});

  await chats.show(5);
  expect(chats.hasOpenFailed.value).toBe(true);

  answers["/api/chat/5"] = () => chat(5);
  await chats.recover();
  expect(chats.hasOpenFailed.value).toBe(false);
  expect(chats.open.value?.id).toBe(5);
});

test("a chat that is gone is no failure", async () => {
  const { chats, answers } = start({});
  answers["/api/chat/5"] = () => {
    throw new ProblemError({ status: 404 });
  };

  await chats.show(5);

  expect(chats.hasOpenFailed.value).toBe(false);
});
