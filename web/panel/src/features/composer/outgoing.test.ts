import { expect, test } from "vitest";

import { at, message } from "../../testing/cast";
import { nextToSend, type Outgoing, withoutArrived } from "./outgoing";

function outgoing(key: string, fields: Partial<Outgoing> = {}): Outgoing {
  return {
    key,
    chatId: 1,
    authorName: "Alice",
    text: key,
    attachment: null,
    state: "waiting",
    failure: null,
    createdAt: at(0),
    ...fields,
  };
}

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

test("a failed message does not hold up those after it", () => {
  const second = outgoing("b");

  expect(nextToSend([outgoing("a", { state: "failed" }), second], 1)).toBe(second);
});
