import { type Api, ProblemError } from "@shared/api/client";
import { type Message, MessageStatus } from "@shared/api/model";
import { expect, test, vi } from "vitest";
import { computed, effectScope, watchEffect } from "vue";

import { message } from "../../testing/cast";
import { createConversations } from "./conversations";

type Answer = () => Promise<readonly Message[]>;

const down: Answer = () => Promise.reject(new ProblemError({ status: 503 }));

/** A server that answers each question for messages in turn, and is down for every further one. */
function start(answers: Answer[]) {
  const asked: string[] = [];
  const api: Api = {
    async request<T>(_method: string, path: string) {
      asked.push(path);
      return { items: await (answers.shift() ?? down)() } as T;
    },
  };
  return { asked, conversations: createConversations(api, () => undefined) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test("a chat that could not be loaded is not asked for again by being on screen", async () => {
  const { asked, conversations } = start([]);
  const scope = effectScope();

  scope.run(() => {
    const shown = computed(() => conversations.open(1).value.state);
    watchEffect(() => shown.value);
  });
  await settled();
  scope.stop();

  expect(conversations.open(1).value.state).toBe("failed");
  expect(asked).toHaveLength(1);
});

test("it is asked for again when it is entered anew", async () => {
  const { asked, conversations } = start([down, async () => [message(1)]]);
  const shown = conversations.open(1);
  await vi.waitFor(() => expect(shown.value.state).toBe("failed"));

  conversations.enter(1);

  expect(shown.value.state).toBe("loading");
  await vi.waitFor(() => expect(shown.value.state).toBe("ready"));
  conversations.enter(1);
  expect(asked).toHaveLength(2);
});

test("an answer is older than what was told of its message since", async () => {
  const { conversations } = start([async () => []]);
  const shown = conversations.open(1);
  await vi.waitFor(() => expect(shown.value.state).toBe("ready"));
  const uncertain = message(7, { status: MessageStatus.New, error: "uncertain" });

  conversations.put(uncertain);
  conversations.putAnswer(message(7, { status: MessageStatus.New }));

  expect(shown.value.messages).toEqual([uncertain]);
});

test("a page that was under way takes back nothing that came live", async () => {
  const rejected = message(7, { status: MessageStatus.Rejected, error: "blocked" });
  const { conversations } = start([
    async () => {
      conversations.put(rejected);
      conversations.put(message(8));
      return [message(6), message(7, { status: MessageStatus.New })];
    },
  ]);

  const shown = conversations.open(1);
  await vi.waitFor(() => expect(shown.value.state).toBe("ready"));

  expect(shown.value.messages).toEqual([message(6), rejected, message(8)]);
});

const span = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const idsOf = (messages: readonly Message[]) => messages.map(({ id }) => id);

test("around a far message are the ones before and behind it, and newer ones follow", async () => {
  const { conversations } = start([
    async () => span(451, 500),
    async () => span(75, 125),
    async () => span(126, 175),
    async () => span(176, 180),
  ]);
  const shown = conversations.open(1);
  await vi.waitFor(() => expect(shown.value.state).toBe("ready"));

  expect(await conversations.loadAround(1, 100)).toBe(true);
  expect(idsOf(shown.value.messages)).toEqual(idsOf(span(75, 125)));
  expect(shown.value).toMatchObject({ hasOlder: true, hasNewer: true });

  conversations.put(message(501));
  conversations.put(message(110, { message: "edited" }));
  expect(idsOf(shown.value.messages)).toEqual(idsOf(span(75, 125)));
  expect(shown.value.messages.find(({ id }) => id === 110)?.message).toBe("edited");

  await conversations.loadNewer(1);
  await conversations.loadNewer(1);
  expect(idsOf(shown.value.messages)).toEqual(idsOf(span(75, 180)));
  expect(shown.value.hasNewer).toBe(false);
  conversations.put(message(181));
  expect(shown.value.messages.at(-1)?.id).toBe(181);
});

test("a message that comes while the last page is under way is not lost", async () => {
  const late: Answer = async () => {
    conversations.put(message(131));
    return span(126, 130);
  };
  const { conversations } = start([
    async () => [],
    async () => span(75, 125),
    late,
    async () => [message(131)],
  ]);
  const shown = conversations.open(1);
  await vi.waitFor(() => expect(shown.value.state).toBe("ready"));
  await conversations.loadAround(1, 100);

  await conversations.loadNewer(1);
  expect(shown.value.hasNewer).toBe(true);
  await conversations.loadNewer(1);
  expect(idsOf(shown.value.messages)).toEqual(idsOf(span(75, 131)));
});

test("of a message that is not there, the newest ones are shown", async () => {
  const gone: Answer = () => Promise.reject(new ProblemError({ status: 404 }));
  const { conversations } = start([async () => [message(1)], gone, async () => [message(2)]]);
  const shown = conversations.open(1);

  expect(await conversations.loadAround(1, 100)).toBe(false);
  await vi.waitFor(() => expect(idsOf(shown.value.messages)).toContain(2));
  expect(shown.value).toMatchObject({ hasNewer: false, state: "ready" });
});

test("what is read anew meanwhile does not take the place of an asked-for message", async () => {
  const { asked, conversations } = start([async () => span(451, 500), async () => span(75, 125)]);
  const shown = conversations.open(1);

  const landed = conversations.loadAround(1, 100);
  const [isRead] = await Promise.all([conversations.reload(1), landed]);

  expect(isRead).toBe(true);
  expect(idsOf(shown.value.messages)).toEqual(idsOf(span(75, 125)));
  expect(asked).toHaveLength(2);
});
