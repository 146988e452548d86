import "../../../panel.css";
import "../appearance";

import { createUnsent } from "../../composer/unsent";
import { languageHere, OFFLINE_TEXTS } from "./texts";
import { rememberedOperator } from "./whose";

/** The page of a browser that does not reach the server: that it is so, and what is not sent yet. */
const language = languageHere();
const texts = OFFLINE_TEXTS[language];
const LOOK_MS = 3000;

function part(
  name: string,
  look: string,
  text = "",
  ...inside: readonly HTMLElement[]
): HTMLElement {
  const element = document.createElement(name);
  element.className = look;
  if (text) element.textContent = text;
  element.append(...inside);
  return element;
}

function unsentPart(): readonly HTMLElement[] {
  const operatorId = rememberedOperator();
  if (operatorId === null) return [];
  const waiting = createUnsent(() => operatorId).read();
  if (waiting.length === 0) return [];
  const time = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const items = waiting.map(({ text, failure, createdAt }) =>
    part(
      "li",
      "rounded-2xl bg-own px-4 py-2.5 text-own-ink",
      "",
      part("p", "break-words whitespace-pre-wrap", text || failure?.detail || texts.file),
      part("p", "mt-0.5 text-xs text-own-faint tabular-nums", time.format(new Date(createdAt))),
    ),
  );
  const list = part("ul", "mt-3 grid gap-2", "", ...items);
  list.dataset.testid = "offline-unsent";
  return [
    part("h2", "mt-8 font-semibold", texts.unsent),
    part("p", "mt-1 text-sm text-ink-soft", texts.kept),
    list,
  ];
}

function again(): HTMLElement {
  const button = part(
    "button",
    "mt-6 min-h-11 rounded-xl bg-accent px-5 font-medium text-accent-ink hover:bg-accent-hover",
    texts.again,
  );
  button.addEventListener("click", () => location.reload());
  return button;
}

document.documentElement.lang = language;
document.body.append(
  part(
    "main",
    "mx-auto max-w-lg px-6 pt-[18vh] pb-16",
    "",
    part("h1", "text-2xl font-semibold", texts.title),
    part("p", "mt-2 text-ink-soft", texts.text),
    again(),
    ...unsentPart(),
  ),
);
/** The network may be there and the server not: a small file of its tells that it is back. */
async function look(): Promise<void> {
  const answer = await fetch("/manifest.webmanifest", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
}
addEventListener("online", () => void look());
setInterval(() => void look(), LOOK_MS);
