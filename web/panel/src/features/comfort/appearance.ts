import { followLook } from "./look";
import { createPreferences } from "./preferences";

/**
 * The preferences of this browser. The entry module imports this first, so that the page is never
 * painted in a theme that was not chosen.
 */
export const preferences = createPreferences({
  // Where storage is forbidden, the very name of it throws.
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, value),
});
followLook(preferences.now);
