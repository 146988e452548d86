import { expect, test } from "vitest";
import { nextTick, ref } from "vue";

import { createTypingReport, reportReading, reportWatching } from "./reports";

test("the chat on screen is told when it changes, and to every new connection", async () => {
  const chatId = ref<number | null>(null);
  const isOnline = ref(false);
  const told: (number | null)[] = [];
  reportReading(chatId, isOnline, (one) => told.push(one));

  chatId.value = 7;
  await nextTick();
  expect(told).toEqual([]);
  isOnline.value = true;
  await nextTick();
  chatId.value = null;
  await nextTick();
  chatId.value = 8;
  await nextTick();
  expect(told).toEqual([7, null, 8]);

  isOnline.value = false;
  await nextTick();
  isOnline.value = true;
  await nextTick();
  expect(told).toEqual([7, null, 8, 8]);
});

test("typing is told every three seconds at most, and for another chat at once", () => {
  let now = 0;
  const told: number[] = [];
  const type = createTypingReport(
    (chatId) => told.push(chatId),
    () => now,
  );

  for (now = 0; now <= 3000; now += 500) type(7);
  type(8);

  expect(told).toEqual([7, 7, 8]);
});

test("that nobody sees the page is told when it happens, and to every new connection", async () => {
  const [isVisible, isOnline] = [ref(true), ref(true)];
  const told: boolean[] = [];
  reportWatching(isVisible, isOnline, (one) => told.push(one));
  expect(told).toEqual([]);

  isVisible.value = false;
  expect(told).toEqual([false]);
  isOnline.value = false;
  isOnline.value = true;
  expect(told).toEqual([false, false]);
  isVisible.value = true;

  expect(told).toEqual([false, false, true]);
});
