import { Block } from "@shared/api/model";
import { expect, test } from "vitest";

import { createUnread, type Holding } from "./unread";

const ME = 21;
const COLLEAGUE = { id: 22, name: "Bob" };

function chatOf(id: number, countUnread: number, more: Partial<Holding> = {}): Holding {
  return { id, countUnread, operator: null, block: Block.None, ...more };
}

function start(found: readonly number[] = []) {
  let answer: (ids: readonly number[]) => void = () => undefined;
  const unread = createUnread(
    () => new Promise((resolve) => (answer = resolve)),
    () => ME,
  );
  return { unread, answer: () => answer(found), ids: () => [...unread.ids.value].sort() };
}

test("one's own and nobody's chats wait, a colleague's and a blocked client's do not", () => {
  const { unread, ids } = start();

  unread.note(chatOf(1, 2));
  unread.note(chatOf(2, 1, { operator: { id: ME, name: "Alice" } as Holding["operator"] }));
  unread.note(chatOf(3, 1, { operator: COLLEAGUE as Holding["operator"] }));
  unread.note(chatOf(4, 1, { block: Block.Spam }));

  expect(ids()).toEqual([1, 2]);
});

test("a chat that was read, taken by a colleague or removed waits no more", () => {
  const { unread, ids } = start();
  for (const id of [1, 2, 3]) unread.note(chatOf(id, 1));

  unread.note(chatOf(1, 0));
  unread.note(chatOf(2, 1, { operator: COLLEAGUE as Holding["operator"] }));
  unread.drop(3);

  expect(ids()).toEqual([]);
});

test("what is heard while the list is on its way is newer than the list", async () => {
  const { unread, answer, ids } = start([5, 6]);
  const loaded = unread.load();
  unread.note(chatOf(5, 0));
  unread.note(chatOf(7, 1));

  answer();
  await loaded;

  expect(ids()).toEqual([6, 7]);
});

test("what is unread and not in the list any more is forgotten", async () => {
  const { unread, answer, ids } = start([6]);
  unread.note(chatOf(1, 1));
  const loaded = unread.load();

  answer();
  await loaded;

  expect(ids()).toEqual([6]);
});
