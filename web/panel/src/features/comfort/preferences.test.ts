import { expect, test } from "vitest";

import { createPreferences, parsed, USUAL } from "./preferences";

function start(kept: string | null = null) {
  const values = new Map<string, string>(kept === null ? [] : [["opdesk.comfort", kept]]);
  let tell: (key: string | null, value: string | null) => void = () => undefined;
  const preferences = createPreferences(
    {
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => values.set(key, value),
    },
    (listener) => (tell = listener),
  );
  return {
    values,
    preferences,
    tell: (key: string | null, value: string | null) => tell(key, value),
  };
}

test("what was chosen is there the next time", () => {
  const { values, preferences } = start();

  preferences.change({ theme: "dark", isCompact: true });

  const again = start(values.get("opdesk.comfort"));
  expect(again.preferences.now.value).toEqual({ ...USUAL, theme: "dark", isCompact: true });
});

test.each([
  "",
  "nonsense",
  "null",
  "[]",
  "7",
  '{"theme":"pink","hasSound":"yes","isCompact":null}',
])("what is broken is the usual: %s", (text) => expect(parsed(text)).toEqual(USUAL));

test("another tab's choice holds here too", () => {
  const { preferences, tell } = start();

  tell("opdesk.comfort", '{"theme":"light"}');
  expect(preferences.now.value.theme).toBe("light");
  tell("another key", '{"theme":"dark"}');
  expect(preferences.now.value.theme).toBe("light");
  tell(null, null);
  expect(preferences.now.value).toEqual(USUAL);
});

test("a browser that forbids storage keeps the choice for the page", () => {
  const forbid = (): never => {
    throw new DOMException("denied", "SecurityError");
  };
  const preferences = createPreferences({ getItem: forbid, setItem: forbid }, () => undefined);

  preferences.change({ isCompact: true });

  expect(preferences.now.value.isCompact).toBe(true);
});
