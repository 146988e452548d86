import { MediaType } from "@shared/api/model";
import { expect, test } from "vitest";

import { outgoing } from "../../testing/cast";
import { createUnsent } from "./unsent";

function fakeStore() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => void items.set(key, text),
    removeItem: (key: string) => void items.delete(key),
    items,
  };
}

test("what was on its way is found again as interrupted, under its own key", () => {
  const unsent = createUnsent(() => 1, fakeStore());

  unsent.write([outgoing("k1", { state: "sending", lastSeenMessageId: 7, isForced: true })]);

  expect(unsent.read()).toEqual([
    outgoing("k1", {
      state: "failed",
      failure: { code: "interrupted", detail: "" },
      lastSeenMessageId: 7,
    }),
  ]);
});

test("of a file only its name is kept, however often the page is left", () => {
  const unsent = createUnsent(() => 1, fakeStore());
  const file = { file: new Blob(["x"]), name: "a.png", type: MediaType.Photo, previewUri: null };
  const lost = { code: "file_lost", detail: "a.png" };

  unsent.write([outgoing("k1", { attachment: file })]);
  expect(unsent.read()[0]).toMatchObject({ attachment: null, failure: lost });
  unsent.write(unsent.read());

  expect(unsent.read()[0]).toMatchObject({ attachment: null, failure: lost });
});

test("another operator of the browser finds nothing of it", () => {
  const store = fakeStore();
  createUnsent(() => 1, store).write([outgoing("k1")]);

  expect(createUnsent(() => 2, store).read()).toEqual([]);
});

test("nothing is left behind when all is sent", () => {
  const store = fakeStore();
  const unsent = createUnsent(() => 1, store);
  unsent.write([outgoing("k1")]);

  unsent.write([]);

  expect(store.items.size).toBe(0);
});

test("a browser that forbids storage, or keeps nonsense, does not stop anybody", () => {
  const forbidden = (): never => {
    throw new DOMException("no", "SecurityError");
  };
  const broken = { getItem: () => "{", setItem: forbidden, removeItem: forbidden };
  const unsent = createUnsent(() => 1, broken);

  unsent.write([outgoing("k1")]);
  unsent.write([]);

  expect(unsent.read()).toEqual([]);
});
