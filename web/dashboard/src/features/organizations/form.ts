import type { OrganizationDetails } from "@shared/api/model";

type NumberName = "retentionDays" | "capacity";

/** The settings while they are edited: a number that can't be read yet is the text that was typed. */
export type Form = Omit<OrganizationDetails, NumberName> &
  Record<NumberName, number | string | null>;

/**
 * What was typed into a field for a number that may be none. Only digits are a number: "1.5" and
 * "30 days" stay as they are, for the server to refuse. Read as 1 and 30 they would delete chats.
 */
export function typedNumber(text: string): number | string | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  return /^[0-9]+$/.test(trimmed) ? Number(trimmed) : text;
}
