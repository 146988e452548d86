import type { Chat } from "@shared/api/model";
import { formatPhone } from "@shared/format/phone";

const PHONE = /^\+\d{7,15}$/;

/** What a client is called; by their phone, readable, when that is all we know. Null: nothing is. */
export function nameOf({ name, phone }: Chat["client"]): string | null {
  const known = name || phone || "";
  return PHONE.test(known) ? formatPhone(known) : known || null;
}

/** Whether that is nothing but a phone: it has no initials, and is of no use when cut off. */
export function isPhone(name: string): boolean {
  return /^\+[\d\s]+$/.test(name);
}
