import { type Api, ProblemError, type RequestOptions } from "@shared/api/client";
import { Author, MediaType, type Message } from "@shared/api/model";
import { expect, test, vi } from "vitest";

import { message, outgoing } from "../../testing/cast";
import type { Attachment, Outgoing } from "./outgoing";
import { createSender } from "./sender";
import type { Unsent } from "./unsent";
import { type PutFile, startUpload } from "./uploads";

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

/** What the page keeps of unsent messages. */
function fakeUnsent(kept: readonly Outgoing[] = []): Unsent & { kept(): readonly Outgoing[] } {
  return { read: () => kept, write: (now) => void (kept = now), kept: () => kept };
}

function start(answers: Answer[], unsent = fakeUnsent()) {
  const server = fakeServer(answers);
  const sent: Message[] = [];
  const waits: number[] = [];
  const held: { one: Outgoing; missed: readonly Message[] }[] = [];
  let newest: number | null = null;
  const world = {
    author: () => ({ id: 1, name: "Alice" }),
    newestId: () => newest,
    onSent: (one: Message) => void sent.push(one),
    onHeld: (one: Outgoing, missed: readonly Message[]) => void held.push({ one, missed }),
    now: () => Date.UTC(2026, 10, 23),
    wait: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
    random: () => 1,
  };
  const sender = createSender(server.api, world, unsent);
  const see = (id: number) => (newest = id);
  return { ...server, sender, sent, waits, held, see, unsent };
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

  sender.noteMessages([message(7, { clientMessageId: key })]);

  expect(sender.outgoing.value).toEqual([]);
});

test("while its file is on its way a message is taken back whole, and its words are not lost", async () => {
  const put: PutFile = (_file, _progress, signal) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))),
    );
  const file: Attachment = {
    file: new Blob(["x"]),
    name: "a.pdf",
    type: MediaType.File,
    previewUri: null,
  };
  const { sender, calls } = start([stored]);
  sender.send(1, "ось рахунок", { ...file, upload: startUpload(file, put) });
  const key = sender.outgoing.value[0]?.key ?? "";

  sender.cancel(key);

  expect(sender.outgoing.value).toEqual([]);
  expect(sender.returned.value).toMatchObject({ text: "ось рахунок", attachment: null });
  sender.send(1, "далі", null);
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));
  const texts = calls.map(({ options }) => options.body);
  expect(texts).toMatchObject([{ textMessage: "далі" }]);
});

test("what has no file on its way is not taken back", async () => {
  const { sender } = start([() => new Promise(() => undefined)]);
  sender.send(1, "hello", null);

  sender.cancel(sender.outgoing.value[0]?.key ?? "");

  expect(sender.outgoing.value).toHaveLength(1);
});

test("a discarded message is gone", async () => {
  const { sender } = start([refused(400)]);
  sender.send(1, "hello", null);
  await vi.waitFor(() => expect(sender.outgoing.value[0]?.state).toBe("failed"));

  sender.discard(sender.outgoing.value[0]?.key ?? "");

  expect(sender.outgoing.value).toEqual([]);
});

const answered = message(8, { author: Author.Operator, operator: { id: 2, name: "Bob" } });
const tooLate: Answer = () =>
  Promise.reject(
    new ProblemError({
      status: 409,
      title: "A colleague has answered since",
      missed: [answered],
    }),
  );

async function startHeld(answers: Answer[], attachment: Attachment | null = null) {
  const started = start(answers);
  started.see(7);
  started.sender.send(1, "Tomorrow!", attachment);
  await vi.waitFor(() => expect(started.sender.outgoing.value[0]?.state).toBe("held"));
  const { key } = started.sender.outgoing.value[0] as Outgoing;
  return { ...started, key };
}

test("a send says what its writer had seen when they pressed the button", async () => {
  const { sender, calls, see } = start([stored, stored]);

  sender.send(1, "nothing was loaded", null);
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));
  see(7);
  sender.send(1, "hello", null);
  see(8);
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));

  expect(calls.map((call) => call.options.body)).toEqual([
    { textMessage: "nothing was loaded", author: 0, media: null },
    { textMessage: "hello", author: 0, media: null, lastSeenMessageId: 7 },
  ]);
});

test("a message that a colleague was faster than is held, with what was missed", async () => {
  const { sender, held, sent, calls } = await startHeld([tooLate]);

  expect(sender.outgoing.value[0]).toMatchObject({ text: "Tomorrow!", heldBy: ["Bob"] });
  expect(held).toHaveLength(1);
  expect(held[0]?.missed).toEqual([answered]);
  expect(sent).toEqual([]);
  expect(calls).toHaveLength(1);
});

test("a held message is sent anyway under the same key, and says that it insists", async () => {
  const { sender, key, calls } = await startHeld([tooLate, stored]);

  sender.retry(key);
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));

  expect(calls.map((call) => call.options.idempotencyKey)).toEqual([key, key]);
  expect(calls[1]?.options.body).toMatchObject({ lastSeenMessageId: 7, force: true });
});

test("what insists goes on insisting when the server was not reached meanwhile", async () => {
  const { sender, key, calls } = await startHeld([tooLate, refused(500), stored]);

  sender.retry(key);
  await vi.waitFor(() => expect(sender.outgoing.value[0]?.state).toBe("failed"));
  sender.retry(key);
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));

  expect(calls[2]?.options.body).toMatchObject({ force: true });
});

test("a held message goes back to its composer with its file", async () => {
  const { sender, key } = await startHeld([async () => ({ id: 3 }), tooLate], photo);

  sender.edit(key);

  expect(sender.outgoing.value).toEqual([]);
  expect(sender.returned.value).toMatchObject({ text: "Tomorrow!", attachment: photo });
});

test("those behind a held message are tried on their own", async () => {
  const { sender, see, calls } = await startHeld([tooLate, stored]);

  see(8);
  sender.send(1, "and one more thing", null);
  await vi.waitFor(() => expect(sender.outgoing.value).toHaveLength(1));

  expect(sender.outgoing.value[0]?.state).toBe("held");
  expect(calls[1]?.options.body).toMatchObject({ lastSeenMessageId: 8 });
});

test("what is not sent is kept at every moment, and nothing that is", async () => {
  const { sender, unsent } = start([refused(500), stored]);

  sender.send(1, "hello", null);
  expect(unsent.kept().map((one) => one.text)).toEqual(["hello"]);
  await vi.waitFor(() => expect(unsent.kept()[0]?.state).toBe("failed"));
  sender.retry(unsent.kept()[0]?.key ?? "");
  await vi.waitFor(() => expect(unsent.kept()).toEqual([]));
});

test("what was kept is shown again, and waits for a person", async () => {
  const kept = outgoing("k1", { state: "failed" });
  const { sender, calls } = start([stored], fakeUnsent([kept]));

  expect(sender.restore()).toEqual([kept]);
  expect(calls).toEqual([]);
  sender.retry("k1");
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));

  expect(calls[0]?.options.idempotencyKey).toBe("k1");
});

test("a message says which one it answers", async () => {
  const { sender, calls } = start([stored]);

  sender.send(1, "yes", null, 5);
  await vi.waitFor(() => expect(sender.outgoing.value).toEqual([]));

  expect(calls[0]?.options.body).toMatchObject({ textMessage: "yes", replyToId: 5 });
});
