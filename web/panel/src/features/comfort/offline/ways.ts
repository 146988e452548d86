/** What the service worker looks at in a request. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly mode: string;
  readonly destination: string;
}

/** Where the panel's pages are not: the dashboard, what programs ask for, and other people's pages. */
const NOT_OURS = /^\/(api|dashboard|join|chathub|swagger|index\.html|openapi|widget)(\/|\.|$)/;

/**
 * `asset`: its name carries its digest, so what is kept is never old. `page`: the server's, or the
 * offline page when nobody answers. `network`: none of our business, above all the API.
 */
export function wayOf(asked: Asked, origin: string): "asset" | "page" | "network" {
  const url = new URL(asked.url);
  if (asked.method !== "GET" || url.origin !== origin) return "network";
  if (url.pathname.startsWith("/assets/")) return "asset";
  // In a frame the page that frames us says what to show.
  const isPage = asked.mode === "navigate" && asked.destination === "document";
  return isPage && isPanel(url.pathname) ? "page" : "network";
}

/** Whether a page of ours is the panel. */
export function isPanel(path: string): boolean {
  return !NOT_OURS.test(path);
}

/** The files that a built page needs before it shows anything. */
export function assetsIn(html: string): readonly string[] {
  const found = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
    ([, path]) => path ?? "",
  );
  return [...new Set(found)];
}
