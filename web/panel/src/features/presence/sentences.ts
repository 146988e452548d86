import { useI18n } from "vue-i18n";

import type { Colleague } from "../live/signals";

/** "Bob is writing…", "Bob and Olha are writing…", "Bob, Olha and 2 more are writing…" */
export function useSentences(): (
  what: "reading" | "writing",
  colleagues: readonly Colleague[],
) => string {
  const { t } = useI18n();
  return (what, [first, second, ...others]) => {
    if (!first) return "";
    if (!second) return t(`presence.${what}.one`, { name: first.name });
    const names = { name: first.name, other: second.name };
    if (others.length === 0) return t(`presence.${what}.two`, names);
    return t(`presence.${what}.many`, { ...names, n: others.length }, others.length);
  };
}
