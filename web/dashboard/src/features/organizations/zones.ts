/** Browsers still list some places by the names that they had; UTC they leave out. */
const RENAMED: Readonly<Record<string, string>> = {
  "America/Godthab": "America/Nuuk",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
};

/** The time zones to choose from, by today's names; `chosen` is always among them. */
export function zonesFrom(listed: readonly string[], chosen: string): string[] {
  const named = listed.map((zone) => RENAMED[zone] ?? zone);
  return [...new Set([chosen, "UTC", ...named])].sort();
}
