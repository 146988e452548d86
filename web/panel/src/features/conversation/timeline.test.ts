import { Author, MediaType, MessageStatus } from "@shared/api/model";
import { createDates } from "@shared/format/dates";
import { expect, test } from "vitest";

import { at, message, outgoing } from "../../testing/cast";
import { type Bubble, mayHaveArrived, type TimelineItem, timelineOf } from "./timeline";

const { dayOf } = createDates("en", "Europe/Kyiv");
const alice = { id: 1, name: "Alice" };

const onItsWay = outgoing("k1", { text: "on its way", createdAt: at(3) });

function bubblesOf(items: readonly TimelineItem[]): Bubble[] {
  return items.filter((item) => item.kind === "bubble");
}

test("each day of the organization begins with a separator", () => {
  const beforeMidnight = message(1, { createdAt: "2026-11-22T21:59:00.000Z" });
  const afterMidnight = message(2, { createdAt: "2026-11-22T22:01:00.000Z" });

  const kinds = timelineOf([beforeMidnight, afterMidnight], [], dayOf).map((item) => item.kind);

  expect(kinds).toEqual(["day", "bubble", "day", "bubble"]);
});

test("messages around midnight do not stand together", () => {
  const items = timelineOf(
    [
      message(1, { createdAt: "2026-11-22T21:59:00.000Z" }),
      message(2, { createdAt: "2026-11-22T22:01:00.000Z" }),
    ],
    [],
    dayOf,
  );

  expect(bubblesOf(items).map((bubble) => [bubble.isFirst, bubble.isLast])).toEqual([
    [true, true],
    [true, true],
  ]);
});

test("messages of one author within five minutes stand together", () => {
  const items = timelineOf(
    [message(0), message(1), message(7), message(8, { author: Author.Operator, operator: alice })],
    [],
    dayOf,
  );

  expect(bubblesOf(items).map((bubble) => [bubble.isFirst, bubble.isLast])).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ]);
});

test("two operators are told apart", () => {
  const own = { author: Author.Operator } as const;
  const items = timelineOf(
    [
      message(1, { ...own, operator: alice }),
      message(2, { ...own, operator: { id: 2, name: "Bob" } }),
    ],
    [],
    dayOf,
  );

  expect(bubblesOf(items).map((bubble) => bubble.isFirst)).toEqual([true, true]);
});

test.each([
  [MessageStatus.New, null, "queued"],
  [MessageStatus.New, "uncertain", "uncertain"],
  [MessageStatus.Success, null, "sent"],
  [MessageStatus.Delivered, null, "delivered"],
  [MessageStatus.Read, null, "read"],
  [MessageStatus.Rejected, "blocked", "rejected"],
  [MessageStatus.Rejected, "dropped", "rejected"],
] as const)("status %i with error %s is shown as %s", (status, error, delivery) => {
  const items = timelineOf([message(1, { author: Author.Operator, status, error })], [], dayOf);

  expect(bubblesOf(items)[0]?.delivery).toBe(delivery);
});

test.each([
  [MessageStatus.New, "uncertain", true],
  [MessageStatus.Rejected, "dropped", true],
  [MessageStatus.Rejected, "blocked", false],
] as const)(
  "status %i with error %s is asked about before it is sent again: %s",
  (status, error, asks) => {
    const items = timelineOf([message(1, { author: Author.Operator, status, error })], [], dayOf);

    expect(bubblesOf(items).map(mayHaveArrived)).toEqual([asks]);
  },
);

test("a client's message has no delivery of ours", () => {
  expect(bubblesOf(timelineOf([message(1)], [], dayOf))[0]?.delivery).toBeNull();
});

test("a message on its way keeps its key when the server has it", () => {
  const before = bubblesOf(timelineOf([], [onItsWay], dayOf));
  const stored = message(9, {
    author: Author.Operator,
    operator: alice,
    clientMessageId: "k1",
    createdAt: at(3),
  });
  const after = bubblesOf(timelineOf([stored], [], dayOf));

  expect(before.map(({ key, delivery }) => [key, delivery])).toEqual([["k1", "sending"]]);
  expect(after.map(({ key, delivery }) => [key, delivery])).toEqual([["k1", "sent"]]);
});

test("what the server has is not shown a second time as on its way", () => {
  const stored = message(9, { author: Author.Operator, operator: alice, clientMessageId: "k1" });

  const bubbles = bubblesOf(timelineOf([stored], [onItsWay], dayOf));

  expect(bubbles.map(({ id }) => id)).toEqual([9]);
});

test("a held message names who has answered since", () => {
  const held = { ...onItsWay, state: "held", heldBy: ["Bob"] } as const;

  const [bubble] = bubblesOf(timelineOf([], [held], dayOf));

  expect([bubble?.delivery, bubble?.heldBy]).toEqual(["held", ["Bob"]]);
});

test("a photo on its way is shown from the file itself", () => {
  const attachment = {
    file: new Blob(["12345"]),
    name: "receipt.jpg",
    type: MediaType.Photo,
    previewUri: "blob:1",
  };

  const [bubble] = bubblesOf(timelineOf([], [{ ...onItsWay, attachment }], dayOf));

  expect(bubble?.media).toEqual({
    uri: "blob:1",
    name: "receipt.jpg",
    format: "jpg",
    type: MediaType.Photo,
    size: 5,
    state: "ready",
  });
});

test("a note stands where it was written and with nobody's messages", () => {
  const note = {
    id: 1,
    chatId: 1,
    text: "VIP",
    operator: alice,
    mentions: [],
    clientNoteId: null,
    createdAt: at(1),
    position: 1.5,
  };
  const own = { author: Author.Operator, operator: alice } as const;

  const found = bubblesOf(timelineOf([message(1, own), message(2, own)], [], dayOf, [note]));

  expect(found.map(({ text, note: its }) => [text, its !== undefined])).toEqual([
    ["text 1", false],
    ["VIP", true],
    ["text 2", false],
  ]);
  expect(found.map(({ isFirst, isLast }) => isFirst && isLast)).toEqual([true, true, true]);
});
