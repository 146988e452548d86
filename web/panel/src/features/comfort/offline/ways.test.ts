import { expect, test } from "vitest";

import { type Asked, assetsIn, wayOf } from "./ways";

const HOME = "https://desk.example";

function way(path: string, more: Partial<Asked> = {}) {
  const page = { method: "GET", mode: "navigate", destination: "document" };
  return wayOf({ ...page, url: path.startsWith("/") ? HOME + path : path, ...more }, HOME);
}

test("files with a digest in their name are kept", () => {
  expect(way("/assets/panel-BLiXJmKe.js", { mode: "cors", destination: "script" })).toBe("asset");
  expect(way("https://other.example/assets/a-1.js", { mode: "cors" })).toBe("network");
});

test("the panel's pages have the offline page for the worst case", () => {
  expect(["/", "/chats/7", "/login", "/?chat_raw_id=1"].map((path) => way(path))).toEqual(
    Array(4).fill("page"),
  );
});

test.each(["/api/chat/7", "/api", "/dashboard", "/dashboard/people", "/join", "/openapi.json"])(
  "%s is the server's alone",
  (path) => expect(way(path)).toBe("network"),
);

test("what a page or a program asks for is the server's alone, and so is what is sent", () => {
  expect(way("/chats/7", { mode: "cors", destination: "" })).toBe("network");
  expect(way("/", { method: "POST" })).toBe("network");
  expect(way("/", { destination: "iframe" })).toBe("network");
});

test("a page's files are found in it", () => {
  const html = '<link href="/assets/a.css"><script src="/assets/b.js"></script><a href="/x">';

  expect(assetsIn(`${html}<link href="/assets/a.css">`)).toEqual(["/assets/a.css", "/assets/b.js"]);
});
