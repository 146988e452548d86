import { expect, test } from "vitest";

import { noteUnread, type Unread } from "./unread";

const none: Unread = new Map();

test("chats are counted, not their messages", () => {
  const unread = noteUnread(noteUnread(none, { id: 1, countUnread: 3 }), { id: 2, countUnread: 1 });

  expect(unread.size).toBe(2);
});

test("a read chat leaves the count", () => {
  const unread = noteUnread(none, { id: 1, countUnread: 3 });

  expect(noteUnread(unread, { id: 1, countUnread: 0 }).size).toBe(0);
});

test("the map stays the same one when nothing changed", () => {
  expect(noteUnread(none, { id: 1, countUnread: 0 })).toBe(none);
});
