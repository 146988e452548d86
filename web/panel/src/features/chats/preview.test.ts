import { Author, type Media, MediaType } from "@shared/api/model";
import { expect, test } from "vitest";

import { message } from "../../testing/cast";
import { previewOf } from "./preview";

const photo: Media = {
  uri: null,
  name: "a.jpg",
  format: "jpg",
  type: MediaType.Photo,
  size: 1,
  state: "loading",
};

test("lines of a text become one line", () => {
  expect(previewOf(message(1, { message: " one\n\n two " }))?.text).toBe("one two");
});

test("a photo is told by its caption, else by its kind", () => {
  expect(previewOf(message(1, { message: "receipt", media: photo }))).toMatchObject({
    key: null,
    text: "receipt",
  });
  expect(previewOf(message(1, { message: "", media: photo }))?.key).toBe("photo");
});

test("what can't be shown is named so", () => {
  expect(previewOf(message(1, { message: "", isUnsupported: true }))?.key).toBe("unsupported");
});

test("our own messages are told apart", () => {
  expect(previewOf(message(1, { author: Author.Operator }))?.isOurs).toBe(true);
  expect(previewOf(message(1))?.isOurs).toBe(false);
  expect(previewOf(null)).toBeNull();
});
