import { type Ref, watch } from "vue";

import type { Preferences } from "./preferences";

/** The grounds of the two themes, for the bar of the browser around the page. */
const GROUNDS = { light: "#fbfaf7", dark: "#181d1b" } as const;

/** Keeps the page looking as the preferences say; theme.css and `compact:` classes follow. */
export function followLook(preferences: Readonly<Ref<Preferences>>): void {
  watch(preferences, show, { immediate: true });
}

function show({ theme, isCompact }: Preferences): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  dataset.density = isCompact ? "compact" : "comfortable";
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const own = meta.media.includes("dark") ? "dark" : "light";
    meta.content = GROUNDS[theme === "system" ? own : theme];
  }
}
