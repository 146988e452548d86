import type { AuditEntry } from "@shared/api/model";
import { useI18n } from "vue-i18n";

import { useCompany } from "../../company";

/** What names the thing that was acted upon; a channel's is what links call `from`. */
const NAMES = ["name", "from"];

/** Says what an entry was about: names as they are, all else as "what: how". */
export function useDetails(): (entry: AuditEntry) => string {
  const company = useCompany();
  const { t, te } = useI18n();
  const known = (key: string, text: string): string => (te(key) ? t(key) : text);

  return (entry) =>
    Object.entries(entry.details)
      .filter(([name, value]) => value !== null && value !== "" && !isNumberOf(name))
      .map(([name, value]) => {
        const label = camel(name);
        const told = toldOf(label, value);
        return NAMES.includes(name) ? told : `${known(`audit.detail.${label}`, label)}: ${told}`;
      })
      .join(", ");

  function toldOf(label: string, value: unknown): string {
    if (label === "source") return known(`links.source.${String(value)}`, plain(value));
    if (label === "assignment")
      return known(`organizations.assignment.${String(value)}`, plain(value));
    if (label.endsWith("At") && typeof value === "string") return company.dates.value.full(value);
    return known(`audit.value.${label}.${String(value)}`, plain(value));
  }

  function plain(value: unknown): string {
    if (typeof value === "boolean") return t(value ? "audit.yes" : "audit.no");
    return String(value);
  }
}

/** The number of what another detail names. */
function isNumberOf(name: string): boolean {
  return name === "toId";
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
