import { assetsIn, wayOf } from "./ways";

/** What we use of the scope that a service worker runs in: the library of pages has no types of it. */
interface Scope {
  /** Written before this file by the server; it changes with each build. */
  readonly opdeskVersion?: string;
  readonly location: Location;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: "window" }): Promise<readonly Client[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<Name extends keyof Events>(
    name: Name,
    hear: (event: Events[Name]) => void,
  ): void;
}
interface Client {
  focus(): Promise<unknown>;
  postMessage(message: unknown): void;
}
interface Lasting extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Events {
  install: Lasting;
  activate: Lasting;
  fetch: Lasting & { readonly request: Request; respondWith(answer: Promise<Response>): void };
  notificationclick: Lasting & { readonly notification: Notification };
}

const scope = globalThis as unknown as Scope;
const OFFLINE = "/offline.html";
const PREFIX = "opdesk-";
const KEPT = `${PREFIX}${scope.opdeskVersion ?? ""}`;

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("fetch", (event) => {
  const way = wayOf(event.request, scope.location.origin);
  if (way === "asset") event.respondWith(keptOrFetched(event.request));
  if (way === "page") event.respondWith(fetchedOrOffline(event.request));
});
scope.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { chatId } = event.notification.data as { chatId: number };
  event.waitUntil(open(chatId));
});

/** The offline page is read with all that it needs: later there is nobody to ask. */
async function install(): Promise<void> {
  const cache = await caches.open(KEPT);
  const page = await fetch(OFFLINE, { cache: "no-store" });
  if (!page.ok) throw new Error("the offline page could not be read");
  await cache.addAll([...assetsIn(await page.clone().text())]);
  await cache.put(OFFLINE, page);
  await scope.skipWaiting();
}

/** Only what belongs to this build is kept. */
async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function keptOrFetched(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  if (kept) return kept;
  const fetched = await fetch(request);
  if (fetched.status === 200) await cache.put(request, fetched.clone());
  return fetched;
}

async function fetchedOrOffline(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const page = await (await caches.open(KEPT)).match(OFFLINE);
    if (!page) throw error;
    return page;
  }
}

/** Back to a page that is open, else a new one. */
async function open(chatId: number): Promise<void> {
  const [page] = await scope.clients.matchAll({ type: "window" });
  if (!page) return void (await scope.clients.openWindow(`/chats/${chatId}`));
  page.postMessage({ openChat: chatId });
  await page.focus();
}
