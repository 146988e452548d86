import { expect, test, vi } from "vitest";

import { fakeClock, settle } from "../../testing/clock";
import type { LiveEvent } from "./events";
import type { Connect, HubListener } from "./hub";
import { createLive } from "./live";
import type { Position } from "./position";

const start: Position = { epoch: "a", numbers: { "24": 5 } };

/** A hub whose connections the test opens, ends and feeds by hand. */
function fakeHub(answers: (Position | Error | "nothing")[] = []) {
  const asked: (Position | null)[] = [];
  const told: unknown[] = [];
  let listener: HubListener | null = null;
  const connect: Connect = async (mine) => {
    listener = mine;
    return {
      start: () => Promise.resolve(),
      async subscribe(position) {
        asked.push(position);
        const answer = answers.shift() ?? start;
        if (answer instanceof Error) throw answer;
        return answer === "nothing" ? new Promise(() => undefined) : answer;
      },
      reading: async (chatId) => void told.push(["reading", chatId]),
      async typing(chatId) {
        told.push(["typing", chatId]);
        throw new Error("the hub did not like it");
      },
      watching: async (isWatching) => void told.push(["watching", isWatching]),
      stop: () => Promise.resolve(),
    };
  };
  return {
    connect,
    asked,
    told,
    hear: (event: LiveEvent) => listener?.onEvent(event),
    close: () => listener?.onClosed(),
  };
}

function listener() {
  return {
    onEvent: vi.fn(),
    onSignal: vi.fn(),
    onSignalsLost: vi.fn(),
    onReload: vi.fn(() => Promise.resolve()),
    onLost: vi.fn(),
  };
}

async function online(answers: (Position | Error | "nothing")[] = [start]) {
  const hub = fakeHub(answers);
  const clock = fakeClock();
  const heard = listener();
  const live = createLive(hub.connect, heard, clock.timers);
  live.start();
  await settle();
  return { hub, clock, heard, live };
}

const event = (number: number): LiveEvent => ({
  epoch: "a",
  organizationId: 24,
  number,
  upTo: number,
  type: "chatRemoved",
  data: { id: 1 },
});
const upToDate = (upTo: number, at: string): LiveEvent => ({
  ...event(upTo),
  type: "upToDate",
  data: { at },
});

test("the first connection reads everything anew", async () => {
  const { hub, heard, live } = await online();

  expect(live.state.value).toBe("online");
  expect(hub.asked).toEqual([null]);
  expect(heard.onReload).toHaveBeenCalledTimes(1);
});

test("after a break it resumes behind the last event and reads nothing anew", async () => {
  const { hub, clock, heard, live } = await online([start, { epoch: "a", numbers: { "24": 7 } }]);
  await clock.pass(10_000);

  hub.hear(event(6));
  hub.close();
  await settle();
  expect(live.state.value).toBe("offline");
  await clock.pass(3000);

  expect(live.state.value).toBe("online");
  expect(hub.asked[1]).toEqual({ epoch: "a", numbers: { "24": 6 } });
  expect(heard.onReload).toHaveBeenCalledTimes(1);
  expect(heard.onLost).toHaveBeenCalledTimes(1);
});

test("a server with another log makes it read anew", async () => {
  const { hub, clock, heard } = await online([start, { epoch: "b", numbers: { "24": 2 } }]);

  hub.close();
  await clock.pass(4000);

  expect(heard.onReload).toHaveBeenCalledTimes(2);
});

test("a reload event reads anew and is no event of a chat", async () => {
  const { hub, heard } = await online();

  hub.hear({ ...event(9), type: "reload", data: {} });

  expect(heard.onReload).toHaveBeenCalledTimes(2);
  expect(heard.onEvent).not.toHaveBeenCalled();
});

test("the hub's word that nothing is missing moves the position and is remembered", async () => {
  const { hub, clock, heard, live } = await online();

  hub.hear(upToDate(9, "2026-11-23T12:00:10.000Z"));
  expect([live.upToDateAt.value, live.isProven.value]).toEqual(["2026-11-23T12:00:10.000Z", true]);
  expect(heard.onEvent).not.toHaveBeenCalled();

  hub.close();
  await settle();
  expect([live.upToDateAt.value, live.isProven.value]).toEqual(["2026-11-23T12:00:10.000Z", false]);
  await clock.pass(4000);
  expect(hub.asked[1]).toEqual({ epoch: "a", numbers: { "24": 9 } });
  expect(live.isProven.value).toBe(false);
});

test("while the page reads anew it is not up to date, and afterwards it is", async () => {
  const { hub, heard, live } = await online();
  let finish: () => void = () => undefined;
  heard.onReload.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));

  hub.hear({ ...event(9), type: "reload", data: {} });
  hub.hear(upToDate(9, "2026-11-23T12:00:10.000Z"));
  expect(live.isProven.value).toBe(false);
  finish();
  await settle();

  expect([live.upToDateAt.value, live.isProven.value]).toEqual(["2026-11-23T12:00:10.000Z", true]);
});

test("what the hub said while it took us in holds as soon as the page has read", async () => {
  const at = "2026-11-23T12:00:10.000Z";
  const hub = fakeHub();
  const connect: Connect = async (mine) => ({
    ...(await hub.connect(mine)),
    async subscribe() {
      mine.onEvent(upToDate(5, at));
      return start;
    },
  });
  const live = createLive(connect, listener(), fakeClock().timers);

  live.start();
  await settle();

  expect([live.upToDateAt.value, live.isProven.value]).toEqual([at, true]);
});

test("what could not be read anew is asked for again from the beginning", async () => {
  const { hub, clock, heard, live } = await online();
  heard.onReload.mockRejectedValueOnce(new Error("503"));

  hub.hear({ ...event(9), type: "reload", data: {} });
  await settle();
  expect(live.state.value).toBe("offline");
  await clock.pass(4000);

  expect(live.state.value).toBe("online");
  expect(hub.asked).toEqual([null, null]);
  expect(heard.onReload).toHaveBeenCalledTimes(3);
});

test("a socket that says nothing for 25 seconds is taken for dead", async () => {
  const { hub, clock, live } = await online();

  await clock.pass(20_000);
  hub.hear(event(6));
  await clock.pass(24_000);
  expect(live.state.value).toBe("online");
  await clock.pass(1000);
  expect(live.state.value).toBe("offline");

  await clock.pass(3000);
  expect(live.state.value).toBe("online");
  expect(hub.asked[1]).toEqual({ epoch: "a", numbers: { "24": 6 } });
});

test("a dead connection's late words are not heard", async () => {
  const { hub, clock, heard } = await online();
  await clock.pass(25_000);

  hub.hear(event(6));

  expect(heard.onEvent).not.toHaveBeenCalled();
});

test("a server that takes the connection and never answers is not waited for", async () => {
  const { clock, live } = await online(["nothing"]);

  await clock.pass(25_000);
  expect(live.state.value).toBe("offline");
  await clock.pass(1000);

  expect(live.state.value).toBe("online");
});

test("tries that fail wait longer each time, up to 30 seconds", async () => {
  const { clock, live } = await online(Array.from({ length: 8 }, () => new Error("no")));
  const waits: number[] = [];

  while (live.state.value === "offline") {
    const wait = (live.retryAt.value ?? 0) - clock.timers.now();
    waits.push(wait);
    await clock.pass(wait);
  }

  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  expect([live.state.value, live.retryAt.value]).toEqual(["online", null]);
});

test("a connection that worked is lost for at most three seconds", async () => {
  const { hub, clock, live } = await online();
  await clock.pass(10_000);

  hub.close();
  await settle();

  expect((live.retryAt.value ?? 0) - clock.timers.now()).toBe(3000);
});

test("a person who looks again, or presses the button, does not wait", async () => {
  const { live } = await online([new Error("no"), start]);
  expect(live.state.value).toBe("offline");

  live.hurry();
  await settle();

  expect(live.state.value).toBe("online");
});

test("signals of a former connection count no more", async () => {
  const { hub, clock, heard } = await online();
  expect(heard.onSignalsLost).toHaveBeenCalledTimes(1);

  hub.close();
  await settle();
  expect(heard.onSignalsLost).toHaveBeenCalledTimes(2);
  await clock.pass(4000);

  expect(heard.onSignalsLost).toHaveBeenCalledTimes(3);
});

test("what is said of the moment may fail", async () => {
  const { hub, live } = await online();

  live.reading(3);
  live.typing(3);
  await settle();

  expect(hub.told).toEqual([
    ["reading", 3],
    ["typing", 3],
  ]);
});

test("a stopped connection does not come back", async () => {
  const { hub, clock, live } = await online();

  live.stop();
  hub.close();
  await clock.pass(60_000);

  expect(hub.asked).toHaveLength(1);
});
