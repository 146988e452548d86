import { MediaType } from "@shared/api/model";
import { expect, test } from "vitest";

import { createDrafts } from "./drafts";

function fakeStore() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test("a chosen file waits in its chat until it is sent or taken back", () => {
  const drafts = createDrafts(() => 1, fakeStore());
  const photo = {
    file: new Blob(["x"]),
    name: "a.png",
    type: MediaType.Photo,
    previewUri: null,
  };

  drafts.keepFiles(5, [photo]);
  expect([drafts.files(5), drafts.files(6), drafts.hasFiles()]).toEqual([[photo], [], true]);

  drafts.keepFiles(5, []);
  expect([drafts.files(5), drafts.hasFiles()]).toEqual([[], false]);
});

test("a text is shown to the one who wrote it", () => {
  let operator = 1;
  const drafts = createDrafts(() => operator, fakeStore());

  drafts.write(5, "hello");
  operator = 2;

  expect(drafts.read(5)).toBe("");
});
