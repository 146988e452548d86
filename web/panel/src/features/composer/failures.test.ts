import { ProblemError } from "@shared/api/client";
import { expect, test } from "vitest";

import { failureOf } from "./failures";

test.each([
  [{ status: 0 }, "offline"],
  [{ status: 404, title: "No such chat" }, "gone"],
  [{ status: 404, title: "No such file" }, "file_gone"],
  [{ status: 409, title: "The chat's channel is not connected" }, "read_only"],
  [{ status: 413 }, "too_large"],
  [{ status: 400, errors: { textMessage: ["has 5000 characters"] } }, "too_long"],
  [{ status: 400, errors: { media: ["has 99 bytes"] } }, "too_large"],
  [{ status: 500, title: "Error" }, "server"],
  [{ status: 403, title: "Not for you" }, null],
] as const)("%j is told as %s", (problem, code) => {
  expect(failureOf(new ProblemError(problem as never)).code).toBe(code);
});

test("what the panel has no words for keeps the server's", () => {
  const problem = { status: 403, title: "Not for you", detail: "only the company may" };

  expect(failureOf(new ProblemError(problem))).toEqual({ code: null, detail: problem.detail });
});
