// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { createApp, h } from "vue";

import IconButton from "./IconButton.vue";

test("a click reaches whoever put the button there", () => {
  let clicks = 0;
  const place = document.createElement("div");
  const app = createApp(() =>
    h(IconButton, { label: "Back", class: "size-11", onClick: () => (clicks += 1) }, () => "x"),
  );
  app.mount(place);

  const button = place.querySelector("button");
  button?.click();

  expect(clicks).toBe(1);
  expect(button?.className).toContain("size-11");
});
