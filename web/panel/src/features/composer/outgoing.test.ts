import { Author } from "@shared/api/model";
import { expect, test } from "vitest";

import { message, outgoing } from "../../testing/cast";
import { answererNames, nextToSend, withoutArrived } from "./outgoing";

test("a message leaves the queue once its event or answer is there", () => {
  const queue = [outgoing("a"), outgoing("b")];

  expect(withoutArrived(queue, message(7, { clientMessageId: "a" }))).toEqual([queue[1]]);
  expect(withoutArrived(queue, message(7))).toBe(queue);
});

test("another chat's key is another message", () => {
  const queue = [outgoing("a", { chatId: 2 })];

  expect(withoutArrived(queue, message(7, { clientMessageId: "a" }))).toBe(queue);
});

test("messages of a chat leave one by one", () => {
  const first = outgoing("a");

  expect(nextToSend([first, outgoing("b")], 1)).toBe(first);
  expect(nextToSend([outgoing("a", { state: "sending" }), outgoing("b")], 1)).toBeNull();
});

test.each(["failed", "held"] as const)("a %s message does not hold up those after it", (state) => {
  const second = outgoing("b");

  expect(nextToSend([outgoing("a", { state }), second], 1)).toBe(second);
});

test("those who answered are named once, without clients, bots and oneself", () => {
  const own = { author: Author.Operator } as const;
  const bob = { id: 2, name: "Bob" };
  const missed = [
    message(1),
    message(2, { ...own, operator: bob }),
    message(3, { ...own, operator: { id: 1, name: "Alice" } }),
    message(4, { ...own, operator: bob }),
    message(5, { author: Author.Bot }),
    message(6, { ...own, operator: { id: 3, name: "Ольга" } }),
  ];

  expect(answererNames(missed, 1)).toEqual(["Bob", "Ольга"]);
});
