import { describe, expect, it } from "vitest";

import type { Message } from "./desk";
import { extended, merged, newestReceived, unreadOf, withTaken } from "./timeline";

const message = (id: number, more: Partial<Message> = {}): Message => ({
  id,
  clientId: null,
  isOwn: false,
  by: null,
  text: String(id),
  media: null,
  isEdited: false,
  isSeen: false,
  createdAt: "2026-11-24T09:30:00.000Z",
  ...more,
});
const run = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, at) => message(from + at));
const ids = (items: readonly Message[]): number[] => items.map(({ id }) => id);

describe("a chat and its news", () => {
  it("keeps older messages in front of the newest page", () => {
    const known = { items: run(1, 30), hasMore: true };

    const found = merged(known, { items: run(12, 31), hasMore: true });

    expect(ids(found.items)).toEqual(ids(run(1, 31)));
    expect(found.hasMore).toBe(true);
  });

  it("drops what lies before a gap, to be read again", () => {
    const known = { items: run(1, 10), hasMore: false };

    const found = merged(known, { items: run(40, 59), hasMore: true });

    expect(ids(found.items)).toEqual(ids(run(40, 59)));
    expect(found.hasMore).toBe(true);
  });

  it("is the page alone when that is everything: what was deleted goes", () => {
    const known = { items: run(1, 5), hasMore: false };

    expect(ids(merged(known, { items: run(2, 5), hasMore: false }).items)).toEqual([2, 3, 4, 5]);
  });

  it("stays as it is when nothing changed", () => {
    const known = { items: run(1, 5), hasMore: true };

    expect(merged(known, { items: null, hasMore: false })).toBe(known);
  });

  it("grows backwards without doubling", () => {
    const known = { items: run(21, 40), hasMore: true };

    const found = extended(known, { items: run(5, 22), hasMore: false });

    expect(ids(found.items)).toEqual(ids(run(5, 40)));
    expect(found.hasMore).toBe(false);
  });

  it("takes in what was sent once, wherever news came first", () => {
    const sent = message(3, { isOwn: true, clientId: "k" });
    const known = { items: [message(1), sent, message(4)], hasMore: false };

    expect(ids(withTaken(known, sent).items)).toEqual([1, 3, 4]);
    expect(ids(withTaken({ items: [message(1), message(4)], hasMore: false }, sent).items)).toEqual(
      [1, 3, 4],
    );
  });

  it("counts what nobody has seen, here or elsewhere", () => {
    const items = [
      message(1),
      message(2, { isSeen: true }),
      message(3, { isOwn: true }),
      message(4),
      message(5),
    ];

    expect(unreadOf(items, 0)).toBe(3);
    expect(unreadOf(items, 4)).toBe(1);
    expect(newestReceived(items)).toBe(5);
    expect(newestReceived([message(3, { isOwn: true })])).toBe(0);
  });
});
