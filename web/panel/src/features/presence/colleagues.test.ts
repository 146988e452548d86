import { expect, test } from "vitest";
import { computed } from "vue";

import { fakeClock } from "../../testing/clock";
import type { Presence } from "../live/signals";
import { createColleagues } from "./colleagues";

const ME = 1;
const bob = { id: 2, name: "Bob" };
const olha = { id: 3, name: "Ольга" };

function presence(operator = bob, fields: Partial<Presence> = {}): Presence {
  return { operator, isOnline: true, reading: [], writing: [], ...fields };
}

function start() {
  const clock = fakeClock();
  return { clock, colleagues: createColleagues(() => ME, clock.timers) };
}

test("each signal is the whole state of its operator", () => {
  const { colleagues } = start();

  colleagues.put(presence(bob, { reading: [7, 8], writing: [7] }));
  colleagues.put(presence(bob, { reading: [8] }));

  expect(colleagues.readers(7)).toEqual([]);
  expect(colleagues.readers(8)).toEqual([bob]);
  expect(colleagues.writers(7)).toEqual([]);
});

test("colleagues stand in the order in which they came", () => {
  const { colleagues } = start();

  colleagues.put(presence(olha, { reading: [7] }));
  colleagues.put(presence(bob, { reading: [7] }));
  colleagues.put(presence(olha, { reading: [7], writing: [7] }));

  expect(colleagues.readers(7)).toEqual([olha, bob]);
});

test("who goes offline is nowhere any more", () => {
  const { colleagues } = start();
  colleagues.put(presence(bob, { reading: [7], writing: [7] }));

  colleagues.put(presence(bob, { isOnline: false, reading: [7] }));

  expect([colleagues.readers(7), colleagues.writers(7), colleagues.nameOf(2)]).toEqual([
    [],
    [],
    null,
  ]);
});

test("my own tabs are no colleagues", () => {
  const { colleagues } = start();

  colleagues.put(presence({ id: ME, name: "Alice" }, { reading: [7] }));

  expect(colleagues.readers(7)).toEqual([]);
});

test("a new name is shown at once", () => {
  const { colleagues } = start();
  colleagues.put(presence(bob, { reading: [7] }));

  colleagues.put(presence({ id: 2, name: "Robert" }, { reading: [7] }));

  expect(colleagues.readers(7)).toEqual([{ id: 2, name: "Robert" }]);
  expect(colleagues.nameOf(2)).toBe("Robert");
});

test("a lost connection leaves nobody", () => {
  const { colleagues } = start();
  colleagues.put(presence(bob, { reading: [7], writing: [8] }));
  colleagues.clientTypes(7);

  colleagues.forget();

  expect([colleagues.readers(7), colleagues.writers(8)]).toEqual([[], []]);
  expect(colleagues.isClientTyping(7)).toBe(false);
});

test("news of another chat draws nothing anew", () => {
  const { colleagues } = start();
  let drawn = 0;
  const row = computed(() => {
    drawn += 1;
    return colleagues.writers(7);
  });

  expect(row.value).toEqual([]);
  colleagues.put(presence(bob, { writing: [8] }));
  expect(row.value).toEqual([]);
  expect(drawn).toBe(1);
  colleagues.put(presence(bob, { writing: [7, 8] }));
  expect(row.value).toEqual([bob]);
});

test("a client types for six seconds after the last word of it", async () => {
  const { clock, colleagues } = start();

  colleagues.clientTypes(7);
  await clock.pass(4000);
  colleagues.clientTypes(7);
  await clock.pass(5000);
  expect(colleagues.isClientTyping(7)).toBe(true);
  await clock.pass(1000);

  expect(colleagues.isClientTyping(7)).toBe(false);
});

test("a client whose message arrived types no more", async () => {
  const { clock, colleagues } = start();
  colleagues.clientTypes(7);

  colleagues.clientWrote(7);
  expect(colleagues.isClientTyping(7)).toBe(false);
  colleagues.clientTypes(7);
  await clock.pass(5999);

  expect(colleagues.isClientTyping(7)).toBe(true);
});
