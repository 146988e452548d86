import type { AuditEntry } from "@shared/api/model";
import { useI18n } from "vue-i18n";

export interface Words {
  t(key: string): string;
  /** Whether there is a text with this key. */
  te(key: string): boolean;
}

/** Says what an entry was about: names as they are, all else as "what: how". */
export function useDetails(): (entry: AuditEntry) => string {
  const { t, te } = useI18n();
  return (entry) => detailsOf(entry.details, { t: (key) => t(key), te: (key) => te(key) });
}

export function detailsOf(details: AuditEntry["details"], words: Words): string {
  return Object.entries(details)
    .filter(([name]) => !isNumberOf(name))
    .filter(([name, value]) => name !== "name" || !isNothing(value))
    .map(([name, value]) => told(name, value, words))
    .join(", ");
}

function told(name: string, value: unknown, words: Words): string {
  const known = (key: string, text: string): string => (words.te(key) ? words.t(key) : text);
  const choice = isNothing(value) ? "none" : String(value);
  const how = known(`audit.value.${name}.${choice}`, plain(value, words));
  return name === "name" ? how : `${known(`audit.detail.${name}`, name)}: ${how}`;
}

function plain(value: unknown, words: Words): string {
  if (isNothing(value)) return words.t("audit.nothing");
  if (typeof value === "boolean") return words.t(value ? "audit.yes" : "audit.no");
  return String(value);
}

/** That something was taken away is worth a word: a retention, say, or an address. */
function isNothing(value: unknown): boolean {
  return value === null || value === "";
}

/** The number of what another detail names. */
function isNumberOf(name: string): boolean {
  return name === "toId";
}
