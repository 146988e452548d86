import { Block, ChatStatus, Source } from "@shared/api/model";
import { expect, test } from "vitest";

import { at, chat, message } from "../../testing/cast";
import {
  addPage,
  ALL,
  type ChatFilter,
  type ChatWindow,
  dropChat,
  isTotalInDoubt,
  putChat,
  tidied,
  withLastMessage,
  withPinned,
} from "./chatWindow";

const NEW: ChatFilter = { ...ALL, status: ChatStatus.New };

function loaded(...ids: number[]): ChatWindow {
  return { chats: ids.map((id) => chat(id)), next: null, total: ids.length };
}

function idsOf(window: ChatWindow): number[] {
  return window.chats.map((one) => one.id);
}

test("a chat with a new message comes first", () => {
  const changed = chat(1, { lastMessage: message(9, { createdAt: at(40) }) });

  expect(idsOf(putChat(loaded(3, 2, 1), changed, ALL, null))).toEqual([1, 3, 2]);
});

test("a chat that only changed its status keeps its place", () => {
  const changed = chat(2, { chatStatus: ChatStatus.Closed });

  const window = putChat(loaded(3, 2, 1), changed, ALL, null);

  expect(idsOf(window)).toEqual([3, 2, 1]);
  expect(window.chats[1]?.chatStatus).toBe(ChatStatus.Closed);
});

test("a new chat is counted and shown where its activity puts it", () => {
  const window = putChat(loaded(5, 3), chat(4), ALL, null);

  expect(idsOf(window)).toEqual([5, 4, 3]);
  expect(window.total).toBe(3);
});

test("a chat older than what is loaded waits for its page, where it is counted already", () => {
  const window = { ...loaded(5, 4), next: "cursor", total: 30 };

  expect(putChat(window, chat(2), ALL, null)).toEqual(window);
  const written = chat(2, { lastMessage: message(9, { createdAt: at(40) }) });
  expect(idsOf(putChat(window, written, ALL, null))).toEqual([2, 5, 4]);
  expect(putChat(window, written, ALL, null).total).toBe(30);
});

test("a new chat is counted although not all chats are loaded", () => {
  const window = { ...loaded(5, 4), next: "cursor", total: 30 };

  expect(putChat(window, chat(6), ALL, null, true).total).toBe(31);
  expect(putChat(window, chat(5), ALL, null, true).total).toBe(30);
});

test("only the server knows the total once a chat beyond the loaded pages changes its status", () => {
  const window = { ...loaded(5, 4), next: "cursor" };

  expect(isTotalInDoubt(window, chat(2), NEW)).toBe(true);
  expect(isTotalInDoubt(window, chat(5), NEW)).toBe(false);
  expect(isTotalInDoubt(window, chat(2), ALL)).toBe(false);
  expect(isTotalInDoubt(loaded(5), chat(2), NEW)).toBe(false);
});

test("a chat that was kept while it was on screen leaves with it", () => {
  const window = putChat(loaded(3, 2), chat(2, { chatStatus: ChatStatus.Closed }), NEW, 2);

  expect(idsOf(tidied(window, NEW, 2))).toEqual([3, 2]);
  expect(idsOf(tidied(window, NEW, 3))).toEqual([3]);
  expect(tidied(window, NEW, 3).total).toBe(1);
  expect(idsOf(tidied(window, ALL, 3))).toEqual([3, 2]);
});

test("a chat leaves a filtered list with its status, unless it is on screen", () => {
  const closed = chat(2, { chatStatus: ChatStatus.Closed });

  expect(idsOf(putChat(loaded(3, 2, 1), closed, NEW, null))).toEqual([3, 1]);
  expect(idsOf(putChat(loaded(3, 2, 1), closed, NEW, 2))).toEqual([3, 2, 1]);
});

test("a chat that does not match the filter is not added", () => {
  const closed = chat(9, { chatStatus: ChatStatus.Closed });

  expect(putChat(loaded(3), closed, NEW, 9)).toEqual(loaded(3));
});

test("a chat comes and goes with its operator in a list of mine, or of what nobody has", () => {
  const operator = { id: 7, name: "Alice", photo: null };
  const mine: ChatFilter = { ...ALL, operatorId: 7 };
  const nobodys: ChatFilter = { ...ALL, isUnassigned: true };
  const taken = chat(2, { operator });

  expect(idsOf(putChat(loaded(3), taken, mine, null))).toEqual([3, 2]);
  expect(idsOf(putChat(loaded(3), chat(2), mine, null))).toEqual([3]);
  expect(idsOf(putChat(loaded(3, 2), taken, nobodys, null))).toEqual([3]);
  expect(isTotalInDoubt({ ...loaded(3), next: "a" }, taken, mine)).toBe(true);
});

test("a list of one source takes no other's chats, and its total is never in doubt", () => {
  const viber: ChatFilter = { ...ALL, source: Source.Viber };
  const telegrams = chat(2, { messSource: Source.TelegramBot });

  expect(idsOf(putChat(loaded(3), telegrams, viber, null))).toEqual([3]);
  expect(isTotalInDoubt({ ...loaded(3), next: "a" }, telegrams, viber)).toBe(false);
});

test("a span of days shows what the server found and nothing else", () => {
  const days: ChatFilter = { ...ALL, from: "2026-11-01" };

  expect(idsOf(putChat(loaded(3), chat(9), days, null))).toEqual([3]);
});

test("a page adds no chat twice and keeps the order", () => {
  const window = { ...loaded(5, 4), next: "a", total: 5 };
  const page = { chats: [chat(4), chat(3)], next: "b", total: 5 };

  const together = addPage(window, page);

  expect(idsOf(together)).toEqual([5, 4, 3]);
  expect(together.next).toBe("b");
});

test("a removed chat is gone; an unknown one changes nothing", () => {
  const window = loaded(2, 1);

  expect(idsOf(dropChat(window, 2))).toEqual([1]);
  expect(dropChat(window, 7)).toBe(window);
});

test("an older message never replaces the last one", () => {
  const last = chat(1, { lastMessage: message(7) });

  expect(withLastMessage(last, message(6))).toBe(last);
  expect(withLastMessage(last, message(7, { isEdited: true })).lastMessage?.isEdited).toBe(true);
});

test("a tag is compared in any case", () => {
  const tagged = chat(4, { tags: ["VIP"] });

  const window = putChat(loaded(3, 2, 1), tagged, { ...ALL, tag: "vip" }, null);

  expect(idsOf(window)).toContain(4);
  expect(
    idsOf(putChat(window, { ...tagged, tags: [] }, { ...ALL, tag: "vip" }, null)),
  ).not.toContain(4);
});

test("blocked clients have a list of their own", () => {
  const spam = chat(4, { block: Block.Spam });

  expect(idsOf(putChat(loaded(3), spam, ALL, null))).toEqual([3]);
  expect(idsOf(putChat(loaded(), spam, { ...ALL, isBlocked: true }, null))).toEqual([4]);
  expect(idsOf(putChat(loaded(), chat(5), { ...ALL, isBlocked: true }, null))).toEqual([]);
});

test("a span of days never gains chats by itself", () => {
  expect(idsOf(putChat(loaded(3), chat(4), { ...ALL, from: "2026-11-24" }, null))).toEqual([3]);
});

test("of those who wait the longest waiting stands first, and an answered one leaves", () => {
  const waiting: ChatFilter = { ...ALL, isWaiting: true };
  const since = (id: number, minute: number) => chat(id, { waitingSince: at(minute) });
  const window = [since(1, 5), since(2, 3), since(3, 4)].reduce(
    (known, one) => putChat(known, one, waiting, null),
    loaded(),
  );

  expect(idsOf(window)).toEqual([2, 3, 1]);
  expect(idsOf(putChat(window, chat(3), waiting, null))).toEqual([2, 1]);
  expect(idsOf(putChat(window, chat(2), waiting, 2))).toEqual([3, 1, 2]);
});

test("pinned chats stand first, each once, where the filter has them", () => {
  const pinned = [chat(9), chat(2), chat(7, { chatStatus: ChatStatus.Closed })];

  const shown = (filter: ChatFilter) =>
    withPinned(loaded(3, 2, 1), pinned, filter).map(({ id }) => id);

  expect(shown(ALL)).toEqual([9, 2, 7, 3, 1]);
  expect(shown(NEW)).toEqual([9, 2, 3, 1]);
  expect(shown({ ...ALL, from: "2026-11-01" })).toEqual([3, 2, 1]);
});

test("a channel is told by its platform and its name", () => {
  const { messSource, from } = chat(1);
  const its = { id: 4, source: messSource, from };
  const another = { ...its, from: "another_bot" };
  const gone = { id: 5, source: null, from: "" };

  const shown = (channel: typeof its | typeof gone) =>
    withPinned({ ...loaded(), chats: [] }, [chat(1)], { ...ALL, channel }).length;

  expect([its, another, gone].map(shown)).toEqual([1, 0, 0]);
});

test("of a channel that is gone the server finds the chats, and they stay when they change", () => {
  const filter: ChatFilter = { ...ALL, channel: { id: 5, source: null, from: "" } };
  const changed = chat(2, { chatStatus: ChatStatus.Closed });

  expect(idsOf(putChat(loaded(3, 2, 1), changed, filter, null))).toEqual([3, 2, 1]);
  expect(idsOf(tidied(loaded(3, 2, 1), filter, null))).toEqual([3, 2, 1]);
  expect(idsOf(putChat(loaded(3), chat(4), filter, null))).toEqual([3]);
});
