import { MessageStatus } from "@shared/api/model";
import { expect, test } from "vitest";

import { message } from "../../testing/cast";
import { mergeMessages, putMessage } from "./messageList";

test("a message takes its place by id, however late it comes", () => {
  const messages = [message(1), message(3)];

  expect(putMessage(messages, message(4)).map(({ id }) => id)).toEqual([1, 3, 4]);
  expect(putMessage(messages, message(2)).map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(putMessage([], message(2)).map(({ id }) => id)).toEqual([2]);
});

test("the same message twice is one message, with the newer text", () => {
  const messages = putMessage([message(1)], message(1, { message: "corrected", isEdited: true }));

  expect(messages).toHaveLength(1);
  expect(messages[0]?.message).toBe("corrected");
});

test.each([
  [MessageStatus.Read, MessageStatus.Delivered, MessageStatus.Read],
  [MessageStatus.Success, MessageStatus.Delivered, MessageStatus.Delivered],
  [MessageStatus.Delivered, MessageStatus.Read, MessageStatus.Read],
  [MessageStatus.Success, MessageStatus.Rejected, MessageStatus.Rejected],
  [MessageStatus.Rejected, MessageStatus.New, MessageStatus.Rejected],
])("status %i told %i becomes %i", (known, told, then) => {
  const messages = putMessage([message(1, { status: known })], message(1, { status: told }));

  expect(messages[0]?.status).toBe(then);
});

test("an answer that comes late takes neither a rejection back nor its reason", () => {
  const rejected = message(1, { status: MessageStatus.Rejected, error: "blocked" });
  const late = message(1, { status: MessageStatus.New });

  expect(putMessage([rejected], late)).toEqual([rejected]);
  expect(mergeMessages([rejected], [late])).toEqual([rejected]);
});

test("an older page joins in front without doubles", () => {
  const merged = mergeMessages([message(3), message(4)], [message(1), message(3)]);

  expect(merged.map(({ id }) => id)).toEqual([1, 3, 4]);
});
