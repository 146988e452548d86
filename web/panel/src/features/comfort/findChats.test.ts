import { expect, test } from "vitest";

import { chat } from "../../testing/cast";
import { named, together } from "./findChats";

const CHATS = [
  chat(1, { client: { id: 1, name: "Тарас Бондар", phone: "+380501234567", photo: null } }),
  chat(2, { client: { id: 2, name: "Ольга Лис", phone: null, photo: null } }),
];
const ids = (chats: readonly { id: number }[]) => chats.map(({ id }) => id);

test("chats are found by a part of the client's name or phone", () => {
  expect(ids(named(CHATS, "бонд"))).toEqual([1]);
  expect(ids(named(CHATS, " ЛИС "))).toEqual([2]);
  expect(ids(named(CHATS, "0501"))).toEqual([1]);
  expect(ids(named(CHATS, ""))).toEqual([1, 2]);
});

test("what the server finds comes after what stands there, each chat once and eight at most", () => {
  const more = [2, 1, ...Array.from({ length: 10 }, (_, n) => n + 3)].map((id) => chat(id));

  expect(ids(together(CHATS, more))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
