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
  expect(previewOf(message(1, { message: " one\n\n two " }), 21)?.text).toBe("one two");
});

test("a photo is told by its caption, else by its kind", () => {
  expect(previewOf(message(1, { message: "receipt", media: photo }), 21)).toMatchObject({
    key: null,
    text: "receipt",
  });
  expect(previewOf(message(1, { message: "", media: photo }), 21)?.key).toBe("photo");
});

test("what can't be shown is named so", () => {
  expect(previewOf(message(1, { message: "", isUnsupported: true }), 21)?.key).toBe("unsupported");
});

test("it says who of us wrote", () => {
  const by = (id: number, name: string) => ({ author: Author.Operator, operator: { id, name } });

  expect(previewOf(message(1, by(21, "Olena")), 21)?.writer).toBe("me");
  expect(previewOf(message(1, by(22, "Ivan")), 21)?.writer).toEqual({ name: "Ivan" });
  expect(previewOf(message(1, { author: Author.Bot }), 21)?.writer).toBe("company");
  expect(previewOf(message(1), 21)?.writer).toBeNull();
  expect(previewOf(null, 21)).toBeNull();
});
