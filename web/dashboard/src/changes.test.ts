import { expect, test } from "vitest";

import { changesOf } from "./changes";

test("only what differs is sent", () => {
  const before = { id: 1, name: "Kyiv", tags: [{ name: "VIP" }], capacity: 5 };

  expect(changesOf(before, { ...before, tags: [{ name: "VIP" }] })).toEqual({});
  expect(changesOf(before, { ...before, tags: [], capacity: null })).toEqual({
    tags: [],
    capacity: null,
  });
});

test("a field that was not there is new", () => {
  expect(changesOf({}, { name: "Kyiv" })).toEqual({ name: "Kyiv" });
});
