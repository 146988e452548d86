import { type Api, ProblemError, type RequestOptions } from "@shared/api/client";
import { Author, MediaType, type Message } from "@shared/api/model";
import { expect, test, vi } from "vitest";

import { message } from "../../testing/cast";
import type { Attachment } from "./outgoing";
import { createSender } from "./sender";

type Answer = (options: RequestOptions) => Promise<unknown>;

/** A server that answers in the order it was told, and the calls it got. */
function fakeServer(answers: Answer[]) {
  const calls: { path: string; options: RequestOptions }[] = [];
  const api: Api = {
    async request<T>(_method: string, path: string, options: RequestOptions = {}) {
      calls.push({ path, options });
      const answer = answers.shift();
      if (!answer) throw new Error(`no answer for ${path}`);
      return (await answer(options)) as T;
    },
  };
  return { api, calls };
}

function start(answers: Answer[]) {
  const server = fakeServer(answers);
  const sent: Message[] = [];
  const waits: number[] = [];
  const sender = createSender(server.api, {
    authorName: () => "Alice",
    onSent: (one) => sent.push(one),
    now: () => Date.UTC(2026, 10, 23),
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    random: () => 1,
  });
  return { ...server, sender, sent, waits };
}

const stored: Answer = async ({ idempotencyKey }) =>
  message(7, { author: Author.Operator, clientMessageId: idempotencyKey ?? null });
const refused =
  (status: number): Answer =>
  () =>
    Promise.reject(new ProblemError({ status, detail: `refused with ${status}` }));

const photo: Attachment = {
  file: new Blob(["x"]),
  name: "a.png",
  type: MediaType.Photo,
  previewUri: null,
};

test("a message is on screen at once and leaves when the server has it", async () => {
  const { sender, sent } = start([stored]);

  sender.send(1, "hello", null);
  expect(sender.outgoing.value.map((one) => one.text)).toEqual(["hello"]);

  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));
  expect(sent).toHaveLength(1);
});

test("a server that is not reached is asked again with the same key", async () => {
  const { sender, calls, waits } = start([refused(0), refused(503), stored]);

  sender.send(1, "hello", null);
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));

  expect(new Set(calls.map((call) => call.options.idempotencyKey)).size).toBe(1);
  expect(waits).toEqual([500, 1000]);
});

test("a refusal stays on screen with its reason, and a retry repeats the same key", async () => {
  const { sender, calls } = start([refused(413), stored]);

  sender.send(1, "hello", null);
  await vi.waitFor(() => expect(sender.outgoing.value[0]?.state).toBe("failed"));
  expect(sender.outgoing.value[0]?.failure).toEqual({
    code: "too_large",
    detail: "refused with 413",
  });

  sender.retry(sender.outgoing.value[0]?.key ?? "");
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));
  expect(calls[0]?.options.idempotencyKey).toBe(calls[1]?.options.idempotencyKey);
});

test("messages of a chat leave one after the other", async () => {
  let answerFirst: () => void = () => undefined;
  const slow: Answer = (options) =>
    new Promise((resolve) => {
      answerFirst = () => resolve(stored(options));
    });
  const { sender, calls } = start([slow, stored]);

  sender.send(1, "first", null);
  sender.send(1, "second", null);
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  answerFirst();
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));

  expect(calls.map((call) => (call.options.body as { textMessage: string }).textMessage)).toEqual([
    "first",
    "second",
  ]);
});

test("a file is uploaded once, however often its message is tried", async () => {
  const { sender, calls } = start([async () => ({ id: 3 }), refused(500), stored]);

  sender.send(1, "", photo);
  await vi.waitFor(() => expect(sender.outgoing.value[0]?.state).toBe("failed"));
  sender.retry(sender.outgoing.value[0]?.key ?? "");
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));

  expect(calls.map((call) => call.path)).toEqual([
    "/api/media",
    "/api/chat/1/message",
    "/api/chat/1/message",
  ]);
  expect(calls[1]?.options.body).toMatchObject({ media: { id: 3 } });
});

test("the hub may tell of a message before the server has answered", async () => {
  const { sender } = start([() => new Promise(() => undefined)]);
  sender.send(1, "hello", null);
  const key = sender.outgoing.value[0]?.key ?? "";

  sender.noteMessage(message(7, { clientMessageId: key }));

  expect(sender.outgoing.value).toEqual([]);
});

test("a discarded message is gone", async () => {
  const { sender } = start([refused(400)]);
  sender.send(1, "hello", null);
  await vi.waitFor(() => expect(sender.outgoing.value[0]?.state).toBe("failed"));

  sender.discard(sender.outgoing.value[0]?.key ?? "");

  expect(sender.outgoing.value).toEqual([]);
});
