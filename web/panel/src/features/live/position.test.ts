import { expect, test } from "vitest";

import { advance, type Position } from "./position";

const here: Position = { epoch: "a", numbers: { "24": 10 } };

function event(fields: { epoch?: string; organizationId?: number; number?: number; upTo: number }) {
  return { epoch: "a", organizationId: 24, number: fields.upTo, ...fields };
}

test("a position moves to what is proven complete, not to the event's own number", () => {
  expect(advance(here, event({ number: 12, upTo: 11 })).numbers).toEqual({ "24": 11 });
});

test("a repeated event moves nothing", () => {
  expect(advance(here, event({ upTo: 9 }))).toBe(here);
});

test("each organization has its own number", () => {
  expect(advance(here, event({ organizationId: 25, upTo: 3 })).numbers).toEqual({
    "24": 10,
    "25": 3,
  });
});

test("a restored server begins a new log", () => {
  expect(advance(here, event({ epoch: "b", upTo: 2 }))).toEqual({
    epoch: "b",
    numbers: { "24": 2 },
  });
});
