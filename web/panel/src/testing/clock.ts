import type { Timers } from "../features/live/timers";

interface Waiting {
  readonly dueAt: number;
  readonly wake: () => void;
}

/** Time that stands still until a test moves it. `random` is 1: every wait is at its longest. */
export function fakeClock() {
  let now = 1_000_000;
  let waiting: readonly Waiting[] = [];
  const timers: Timers = {
    now: () => now,
    wait(ms) {
      let wake: () => void = () => undefined;
      const done = new Promise<void>((resolve) => (wake = resolve));
      waiting = [...waiting, { dueAt: now + ms, wake }];
      return { done, cut: () => wake() };
    },
    random: () => 1,
  };

  /** Lets `ms` pass; what was due in between has happened when it resolves. */
  async function pass(ms: number): Promise<void> {
    const end = now + ms;
    await settle();
    for (let due = firstDue(end); due; due = firstDue(end)) {
      now = Math.max(now, due.dueAt);
      waiting = waiting.filter((one) => one !== due);
      due.wake();
      await settle();
    }
    now = end;
  }

  function firstDue(end: number): Waiting | undefined {
    const due = waiting.filter((one) => one.dueAt <= end);
    return due.sort((one, other) => one.dueAt - other.dueAt)[0];
  }

  return { timers, pass };
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}
