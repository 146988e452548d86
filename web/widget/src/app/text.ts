import { h } from "../loader/dom";

const LINK = /https?:\/\/[^\s<>"'`]+/g;
const TAIL = /[.,:;!?)\]}»”]+$/;

/** A text as nodes: web addresses become links, everything else stays text. */
export function linked(text: string, newTab: string): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  for (const found of text.matchAll(LINK)) {
    const url = found[0].replace(TAIL, "");
    if (!isAddress(url)) continue;
    nodes.push(document.createTextNode(text.slice(at, found.index)));
    const rel = "noopener noreferrer nofollow";
    nodes.push(h("a", { href: url, target: "_blank", rel, title: newTab }, url));
    at = found.index + url.length;
  }
  nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

function isAddress(text: string): boolean {
  try {
    return Boolean(new URL(text));
  } catch {
    return false;
  }
}

/** A size in bytes for people, in the language's own way. */
export function sizeOf(bytes: number, language: string): string {
  const [unit, value] =
    bytes >= 1 << 20 ? ["megabyte", bytes / (1 << 20)] : ["kilobyte", Math.ceil(bytes / 1024)];
  const options = { style: "unit", unit: unit as string, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, options).format(value as number);
}

export function timeOf(at: string | number, language: string): string {
  return new Date(at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

export function dayOf(at: string | number, language: string, today: string): string {
  const day = new Date(at);
  if (day.toDateString() === new Date().toDateString()) return today;
  return day.toLocaleDateString(language, { day: "numeric", month: "long", weekday: "short" });
}

/** When the organization is there again, on the visitor's own clock. */
export function openingOf(at: string, language: string): string {
  const options = { weekday: "long", day: "numeric", month: "long", hour: "2-digit" } as const;
  return new Date(at).toLocaleString(language, { ...options, minute: "2-digit" });
}
