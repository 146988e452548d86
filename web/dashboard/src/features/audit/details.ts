import type { AuditEntry } from "@shared/api/model";
import { useI18n } from "vue-i18n";

import { useCompany } from "../../company";

export interface Words {
  t(key: string): string;
  /** Whether there is a text with this key. */
  te(key: string): boolean;
  /** A time as people write it. */
  moment(time: string): string;
}

/** What names the thing that was acted upon; a channel's is what links call `from`. */
const NAMES = ["name", "from"];

/** Says what an entry was about: names as they are, all else as "what: how". */
export function useDetails(): (entry: AuditEntry) => string {
  const company = useCompany();
  const { t, te } = useI18n();
  const words: Words = {
    t: (key) => t(key),
    te: (key) => te(key),
    moment: (time) => company.dates.value.full(time),
  };
  return (entry) => detailsOf(entry.details, words);
}

export function detailsOf(details: AuditEntry["details"], words: Words): string {
  return Object.entries(details)
    .filter(([name]) => !isNumberOf(name))
    .filter(([name, value]) => !NAMES.includes(name) || !isNothing(value))
    .map(([name, value]) => told(name, value, words))
    .join(", ");
}

function told(name: string, value: unknown, words: Words): string {
  const how = howOf(name, value, words);
  return NAMES.includes(name) ? how : `${known(`audit.detail.${name}`, name, words)}: ${how}`;
}

function howOf(name: string, value: unknown, words: Words): string {
  if (name === "source") return known(`links.source.${String(value)}`, plain(value, words), words);
  if (name.endsWith("At") && typeof value === "string") return words.moment(value);
  const choice = isNothing(value) ? "none" : String(value);
  return known(`audit.value.${name}.${choice}`, plain(value, words), words);
}

function known(key: string, text: string, words: Words): string {
  return words.te(key) ? words.t(key) : text;
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
