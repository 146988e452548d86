import { type PageApi, queued, replay } from "./api";
import { Widget } from "./widget";

interface Page {
  OpDesk?: unknown;
}

/** The tag that loads us. A page that moves scripts about is found by its address. */
function tag(): HTMLScriptElement | null {
  const current = document.currentScript;
  if (current instanceof HTMLScriptElement) return current;
  return document.querySelector<HTMLScriptElement>('script[src*="/widget.js"]');
}

function start(): void {
  const page = window as Page;
  const script = tag();
  if (!script || !("adoptedStyleSheets" in Document.prototype)) return;
  const url = new URL(script.src);
  const key = script.dataset.id ?? url.searchParams.get("id");
  if (!key || !/^[\w-]+$/.test(key)) return;
  const before = page.OpDesk;
  // A second tag on the page is the same widget.
  if (before instanceof Widget || (before as { isLoaded?: boolean } | undefined)?.isLoaded) return;
  const widget = new Widget(script, url.origin, key);
  const api: PageApi & { isLoaded: boolean } = {
    isLoaded: true,
    open: () => widget.open(),
    close: () => widget.close(),
    identify: (who) => widget.identify(who),
    on: (name, listener) => widget.on(name, listener),
  };
  page.OpDesk = api;
  replay(api, queued(before));
  const draw = (): void => {
    widget.start().catch(() => undefined);
  };
  if (document.body) draw();
  else document.addEventListener("DOMContentLoaded", draw);
}

try {
  start();
} catch {
  // Whatever is wrong with us, the page goes on without us.
}
