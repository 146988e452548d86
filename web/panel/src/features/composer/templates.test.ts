import type { Template } from "@shared/api/model";
import { expect, test } from "vitest";

import { filled, isComplete, placesOf } from "./templates";

const PARCEL: Template = {
  name: "parcel",
  language: "uk",
  category: "UTILITY",
  header: "Order {{1}}",
  body: "{{1}}, it left on {{day}}.",
  footer: "Shop",
  headerPlaces: ["1"],
  bodyPlaces: ["1", "day"],
};

test("header and body have places of their own", () => {
  expect(placesOf(PARCEL).map(({ key }) => key)).toEqual(["header.1", "body.1", "body.day"]);
  const text = filled(PARCEL, { "header.1": "20421", "body.1": "Taras $& {{day}}" });
  expect(text).toBe("Order 20421\n\nTaras $& {{day}}, it left on {{day}}.\n\nShop");
});

test("it goes when every place has a value", () => {
  expect(isComplete(PARCEL, { "header.1": "1", "body.1": "a", "body.day": "  " })).toBe(false);
  expect(isComplete(PARCEL, { "header.1": "1", "body.1": "a", "body.day": "Monday" })).toBe(true);
});
