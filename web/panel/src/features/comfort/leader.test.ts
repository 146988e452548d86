import { expect, test } from "vitest";
import { nextTick, ref } from "vue";

import { createLeader } from "./leader";

/** Locks as the browser has them for all its tabs: the first who asks holds, others wait. */
function browserLocks() {
  const waiting: { run: () => Promise<unknown>; signal: AbortSignal | undefined }[] = [];
  let isHeld = false;
  async function next(): Promise<void> {
    const first = waiting.shift();
    if (!first) return;
    if (first.signal?.aborted) return next();
    isHeld = true;
    await first.run();
    isHeld = false;
    await next();
  }
  const request = (_name: string, options: LockOptions, run: () => Promise<unknown>) =>
    new Promise<void>((_resolve, reject) => {
      options.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      waiting.push({ run, signal: options.signal });
      if (!isHeld) void next();
    });
  return { request } as unknown as LockManager;
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("of several tabs one leads, and another when it goes", async () => {
  const locks = browserLocks();
  const wants = [ref(true), ref(true), ref(false)] as const;
  const tabs = wants.map((one) => createLeader("sound", one, locks));
  await settled();
  expect(tabs.map((one) => one.value)).toEqual([true, false, false]);

  wants[0].value = false;
  await nextTick();
  await settled();
  expect(tabs.map((one) => one.value)).toEqual([false, true, false]);
});

test("who gave up while waiting does not lead later", async () => {
  const locks = browserLocks();
  const wants = [ref(true), ref(true)] as const;
  const tabs = wants.map((one) => createLeader("sound", one, locks));
  wants[1].value = false;
  await nextTick();
  wants[0].value = false;
  await nextTick();
  await settled();

  expect(tabs.map((one) => one.value)).toEqual([false, false]);
});
