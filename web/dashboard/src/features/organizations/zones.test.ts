import { expect, test } from "vitest";

import { zonesFrom } from "./zones";

test("places have today's names, and UTC is one of them", () => {
  const listed = ["Europe/Berlin", "Europe/Kiev"];

  expect(zonesFrom(listed, "Europe/Berlin")).toEqual(["Europe/Berlin", "Europe/Kyiv", "UTC"]);
});

test("what is chosen can be chosen again, whatever its name", () => {
  expect(zonesFrom(["Europe/Kyiv"], "Europe/Kiev")).toEqual(["Europe/Kiev", "Europe/Kyiv", "UTC"]);
});
