import { expect, test, vi } from "vitest";

import { type Connect, createLive, type LiveEvent, type Timers } from "./live";
import type { Position } from "./position";

const start: Position = { epoch: "a", numbers: { "24": 5 } };

/** A hub whose connections the test opens, ends and feeds by hand. */
function fakeHub(answers: (Position | Error)[]) {
  const asked: (Position | null)[] = [];
  let hear: (event: LiveEvent) => void = () => undefined;
  let close: () => void = () => undefined;
  const connect: Connect = async (onEvent, onClosed) => {
    hear = onEvent;
    close = onClosed;
    return {
      start: () => Promise.resolve(),
      async subscribe(position) {
        asked.push(position);
        const answer = answers.shift() ?? start;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      stop: () => Promise.resolve(),
    };
  };
  return { connect, asked, hear: (event: LiveEvent) => hear(event), close: () => close() };
}

function fakeTimers() {
  const waits: number[] = [];
  let go: () => void = () => undefined;
  const timers: Timers = {
    wait(ms) {
      waits.push(ms);
      const done = new Promise<void>((resolve) => {
        go = resolve;
      });
      return { done, cut: () => go() };
    },
    random: () => 1,
  };
  return { timers, waits, pass: () => go() };
}

function listener() {
  return { onEvent: vi.fn(), onReload: vi.fn(), onLost: vi.fn() };
}

const settled = () => vi.waitFor(() => Promise.resolve(), { interval: 1 });
const event = (number: number): LiveEvent => ({
  epoch: "a",
  organizationId: 24,
  number,
  upTo: number,
  type: "chatRemoved",
  data: { id: 1 },
});

test("the first connection reads everything anew", async () => {
  const hub = fakeHub([start]);
  const heard = listener();
  const live = createLive(hub.connect, heard, fakeTimers().timers);

  live.start();
  await vi.waitFor(() => expect(live.state.value).toBe("online"));

  expect(hub.asked).toEqual([null]);
  expect(heard.onReload).toHaveBeenCalledTimes(1);
});

test("after a break it resumes behind the last event and reads nothing anew", async () => {
  const hub = fakeHub([start, { epoch: "a", numbers: { "24": 7 } }]);
  const clock = fakeTimers();
  const heard = listener();
  const live = createLive(hub.connect, heard, clock.timers);
  live.start();
  await vi.waitFor(() => expect(live.state.value).toBe("online"));

  hub.hear(event(6));
  hub.close();
  await vi.waitFor(() => expect(live.state.value).toBe("offline"));
  clock.pass();
  await vi.waitFor(() => expect(live.state.value).toBe("online"));

  expect(hub.asked[1]).toEqual({ epoch: "a", numbers: { "24": 6 } });
  expect(heard.onReload).toHaveBeenCalledTimes(1);
  expect(heard.onLost).toHaveBeenCalledTimes(1);
});

test("a server with another log makes it read anew", async () => {
  const hub = fakeHub([start, { epoch: "b", numbers: { "24": 2 } }]);
  const clock = fakeTimers();
  const heard = listener();
  const live = createLive(hub.connect, heard, clock.timers);
  live.start();
  await vi.waitFor(() => expect(live.state.value).toBe("online"));

  hub.close();
  await vi.waitFor(() => expect(clock.waits).toHaveLength(1));
  clock.pass();
  await vi.waitFor(() => expect(heard.onReload).toHaveBeenCalledTimes(2));
});

test("a reload event reads anew and is no event of a chat", async () => {
  const hub = fakeHub([start]);
  const heard = listener();
  const live = createLive(hub.connect, heard, fakeTimers().timers);
  live.start();
  await vi.waitFor(() => expect(live.state.value).toBe("online"));

  hub.hear({ ...event(9), type: "reload", data: {} });

  expect(heard.onReload).toHaveBeenCalledTimes(2);
  expect(heard.onEvent).not.toHaveBeenCalled();
});

test("tries that fail wait longer each time", async () => {
  const hub = fakeHub([new Error("no"), new Error("no"), new Error("no")]);
  const clock = fakeTimers();
  const live = createLive(hub.connect, listener(), clock.timers);
  live.start();

  for (const tries of [1, 2, 3]) {
    await vi.waitFor(() => expect(clock.waits).toHaveLength(tries));
    clock.pass();
  }
  await vi.waitFor(() => expect(live.state.value).toBe("online"));

  expect(clock.waits).toEqual([1000, 2000, 4000]);
});

test("a stopped connection does not come back", async () => {
  const hub = fakeHub([start]);
  const clock = fakeTimers();
  const live = createLive(hub.connect, listener(), clock.timers);
  live.start();
  await vi.waitFor(() => expect(live.state.value).toBe("online"));

  live.stop();
  hub.close();
  await settled();

  expect(hub.asked).toHaveLength(1);
  expect(clock.waits).toEqual([]);
});
