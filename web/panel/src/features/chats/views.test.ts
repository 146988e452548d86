import { ProblemError } from "@shared/api/client";
import type { ListViews } from "@shared/api/model";
import { Source } from "@shared/api/model";
import { expect, test } from "vitest";

import { ALL, type ChatFilter } from "./chatWindow";
import { changeViews, filterOf, isView, viewOf } from "./views";

const ME = 21;
const CHANNELS = [{ id: 4, source: Source.Rozetka, from: "shop" }];
const FILTERS: readonly ChatFilter[] = [
  ALL,
  { ...ALL, operatorId: ME, isWaiting: true },
  { ...ALL, operatorId: 7, tag: "Доставка", from: "2026-11-01", to: "2026-11-30" },
  { ...ALL, isUnassigned: true, isBlocked: true, channel: CHANNELS[0] ?? null },
];

test("a view brings back the filter that it was made of", () => {
  for (const filter of FILTERS) {
    const view = viewOf("Моє", filter, ME);

    expect(filterOf(view, ME, CHANNELS)).toEqual(filter);
    expect(isView(view, filter, ME)).toBe(true);
    expect(isView(view, { ...filter, tag: "інше" }, ME)).toBe(false);
  }
});

test("one's own chats are whoever's opens the view", () => {
  const view = viewOf("Мої", { ...ALL, operatorId: ME }, ME);

  expect(filterOf(view, 22, []).operatorId).toBe(22);
});

test("of a channel that is gone the view asks for its chats, and not for all", () => {
  const view = viewOf("Магазин", { ...ALL, channel: CHANNELS[0] ?? null }, ME);

  expect(filterOf(view, ME, []).channel).toEqual({ id: 4, source: null, from: "" });
});

test("what another tab has kept meanwhile is not lost", async () => {
  const theirs: ListViews = { version: 2, items: [viewOf("Їхній", ALL, ME)] };
  const asked: unknown[] = [];
  const api = {
    async request<T>(method: string, _path: string, options?: { body?: unknown }): Promise<T> {
      if (method === "GET") return theirs as T;
      asked.push(options?.body);
      if (asked.length === 1) throw new ProblemError({ status: 409 });
      return { version: 3, items: (options?.body as ListViews).items } as T;
    },
  };

  const kept = await changeViews(api, { version: 1, items: [] }, (items) => [
    ...items,
    viewOf("Мій", ALL, ME),
  ]);

  expect(kept.items.map(({ name }) => name)).toEqual(["Їхній", "Мій"]);
  expect(asked).toMatchObject([{ version: 1 }, { version: 2 }]);
});
