/** A time as people type it ("9", "930", "9.30") as HH:MM; null for what is none. 24:00 is one. */
export function readTime(text: string): string | null {
  const found = /^(\d{1,2})(?:[:. ]?(\d{2}))?$/.exec(text.trim());
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? 0)];
  const isTime = (hours < 24 && minutes < 60) || (hours === 24 && minutes === 0);
  if (!isTime) return null;
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}
