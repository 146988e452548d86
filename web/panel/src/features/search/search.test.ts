import { type Api, ProblemError } from "@shared/api/client";
import type { FoundMessage, SearchPage } from "@shared/api/model";
import { expect, test } from "vitest";

import { createSearch } from "./search";

const hit = (messageId: number): FoundMessage => ({
  chatId: 1,
  messageId,
  name: "Тарас",
  source: 2,
  author: 1,
  operator: null,
  createdAt: "2026-11-25T10:14:03.120Z",
  text: "чай",
  spans: [],
});

const page = (ids: number[], next: string | null): SearchPage => ({
  chats: [],
  messages: ids.map(hit),
  next,
});

/** A server that gives each page in turn, and is down behind the last. */
function start(pages: SearchPage[]) {
  const asked: unknown[] = [];
  const api: Api = {
    async request<T>(_method: string, _path: string, options?: { query?: unknown }) {
      asked.push(options?.query);
      const next = pages.shift();
      if (!next) throw new ProblemError({ status: 503 });
      return next as T;
    },
  };
  return { asked, search: createSearch(api) };
}

test("pages with few hits are followed by themselves until there are enough", async () => {
  const many = Array.from({ length: 20 }, (_, index) => 50 - index);
  const { asked, search } = start([
    page([], "90"),
    page([80], "70"),
    page(many, "30"),
    page([], null),
  ]);

  await search.ask("чай");
  expect(search.now.value).toMatchObject({ state: "ready", hasMore: true });
  expect(search.now.value.messages).toHaveLength(21);
  expect(asked).toHaveLength(3);

  await search.more();
  expect(search.now.value).toMatchObject({ state: "ready", hasMore: false });
  expect(asked.at(-1)).toMatchObject({ after: "30" });
});

test("a failure is told, and going on asks again for what is missing", async () => {
  const pages: SearchPage[] = [];
  const { search } = start(pages);

  await search.ask("чай");
  expect(search.now.value.state).toBe("failed");

  pages.push(page([3], null));
  await search.more();
  expect(search.now.value).toMatchObject({ state: "ready", hasMore: false });
  expect(search.now.value.messages.map(({ messageId }) => messageId)).toEqual([3]);
});

test("what was asked before is forgotten, and nothing is asked for an empty field", async () => {
  const { asked, search } = start([page([3], null), page([], null)]);

  const overtaken = search.ask("ча");
  await Promise.all([overtaken, search.ask("чай")]);
  expect(search.now.value).toMatchObject({ text: "чай", messages: [], state: "ready" });

  await search.ask("");
  expect(search.now.value.state).toBe("idle");
  expect(asked).toHaveLength(2);
});
