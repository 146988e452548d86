import { expect, test } from "vitest";

import { loginPath, ownPath } from "./paths";

test.each(["/", "/chats/5", "/chats/5?link=abc#m7", "/links/a.b-c_d"])("%s stays", (path) => {
  expect(ownPath(path)).toBe(path);
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "chats/5",
  "",
  "/\t/evil.example",
  "/\n/evil.example",
  undefined,
  null,
  ["/chats/5"],
])("%j leads to the start page", (path) => {
  expect(ownPath(path)).toBe("/");
});

test("the sign-in page remembers where a person was going, and why it is shown", () => {
  expect(loginPath("/chats/5?link=x", "expired")).toBe(
    "/login?next=%2Fchats%2F5%3Flink%3Dx&reason=expired",
  );
  expect(loginPath("/", null)).toBe("/login");
  expect(loginPath("//evil.example", null)).toBe("/login");
});
