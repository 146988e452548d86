import type { AuditEntry } from "@shared/api/model";
import { useI18n } from "vue-i18n";

/** Says what an entry was about: names as they are, all else as "what: how". */
export function useDetails(): (entry: AuditEntry) => string {
  const { t, te } = useI18n();
  const known = (key: string, text: string): string => (te(key) ? t(key) : text);

  return (entry) =>
    Object.entries(entry.details)
      .filter(([name, value]) => value !== null && value !== "" && !isNumberOf(name))
      .map(([name, value]) => {
        const label = camel(name);
        const told = known(`audit.value.${label}.${String(value)}`, plain(value));
        return name === "name" ? told : `${known(`audit.detail.${label}`, label)}: ${told}`;
      })
      .join(", ");

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
