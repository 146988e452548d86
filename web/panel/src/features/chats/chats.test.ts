import { type Api, ProblemError } from "@shared/api/client";
import { ChatStatus } from "@shared/api/model";
import { expect, test, vi } from "vitest";

import { chat } from "../../testing/cast";
import { ALL } from "./chatWindow";
import { createChats } from "./chats";

/** A server whose answers the test gives by path; without one it is down. */
function start(answers: Record<string, () => unknown>) {
  const asked: string[] = [];
  const api: Api = {
    async request<T>(_method: string, path: string) {
      if (path === "/api/chat/unread") return { chatIds: [] } as T;
      asked.push(path);
      const answer = answers[path];
      if (!answer) throw new ProblemError({ status: 503 });
      return answer() as T;
    },
  };
  const waits: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => waits.push(resolve));
  const pass = () => waits.shift()?.();
  return { asked, answers, pass, chats: createChats(api, wait, () => 21) };
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

test("the list is read once: by the hub's first word, or without it after a while", async () => {
  const list = { items: [chat(1)], next: null, total: 1 };
  const early = start({ "/api/chat/chats": () => list });
  void early.chats.begin();
  expect(early.chats.loading.value).toBe("first");
  await early.chats.reload();
  early.pass();
  await vi.waitFor(() => expect(early.chats.loading.value).toBe("idle"));
  expect(early.asked.filter((path) => path === "/api/chat/chats")).toHaveLength(1);

  const late = start({ "/api/chat/chats": () => list });
  void late.chats.begin();
  late.pass();
  await vi.waitFor(() => expect(late.chats.window.value.chats).toHaveLength(1));
});

test("a total in doubt is asked for once", async () => {
  let total = 80;
  const list = () => ({ items: [chat(5)], next: "cursor", total });
  const { chats, asked, pass } = start({ "/api/chat/chats": list });
  await chats.narrow({ ...ALL, status: ChatStatus.New });
  total = 79;

  chats.put(chat(1, { chatStatus: ChatStatus.Closed }));
  chats.put(chat(2, { chatStatus: ChatStatus.Closed }));
  pass();

  await vi.waitFor(() => expect(chats.window.value.total).toBe(79));
  expect(asked).toHaveLength(2);
});
