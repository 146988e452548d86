import { expect, test } from "vitest";

import { isPhone, nameOf } from "./naming";

const nobody = { id: 7, name: "", phone: null, photo: null };

test("a client is called by name, else by a phone that one can read out", () => {
  const readable = "+380\u00a050\u00a0123\u00a045\u00a067";

  expect(nameOf({ ...nobody, name: "Тарас", phone: "+380501234567" })).toBe("Тарас");
  expect(nameOf({ ...nobody, phone: "+380501234567" })).toBe(readable);
  expect(nameOf({ ...nobody, name: "+380501234567" })).toBe(readable);
  expect(nameOf(nobody)).toBeNull();
});

test("a phone is told from a name", () => {
  expect(isPhone(nameOf({ ...nobody, name: "+380501234567" }) ?? "")).toBe(true);
  expect(isPhone("+1 Тарас")).toBe(false);
});
