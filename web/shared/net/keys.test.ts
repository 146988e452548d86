import { expect, test } from "vitest";

import { newKey } from "./keys";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("the browser's own UUID is used where there is one", () => {
  expect(newKey()).toMatch(UUID);
});

test("a page on plain http gets a version 4 UUID all the same", () => {
  const random = { getRandomValues: crypto.getRandomValues.bind(crypto) };

  const keys = Array.from({ length: 200 }, () => newKey(random));

  expect(keys.filter((key) => !UUID.test(key))).toEqual([]);
  expect(new Set(keys).size).toBe(200);
});
