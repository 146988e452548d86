import { Author } from "@shared/api/model";
import { expect, test } from "vitest";

import { message } from "../../testing/cast";
import { countBehind, firstUnread } from "./unread";

const messages = [
  message(1),
  message(2, { author: Author.Operator }),
  message(3),
  message(4, { author: Author.Bot }),
  message(5),
];

test("the first unread is counted among the client's messages from the end", () => {
  expect(firstUnread(messages, 2)?.id).toBe(3);
  expect(firstUnread(messages, 0)).toBeNull();
  expect(firstUnread(messages, 4)).toBeNull();
});

test("what came below is what the client wrote behind the last message in sight", () => {
  expect(countBehind(messages, 2)).toBe(2);
  expect(countBehind(messages, null)).toBe(0);
});
