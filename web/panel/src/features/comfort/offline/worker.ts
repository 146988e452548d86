// What pages use as well would be a file of its own, which a worker of this kind can't import.
import { languageOf, pathOf, pushedIn } from "./notice";
import { assetsIn, isPanel, wayOf } from "./ways";

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
  readonly registration: Pick<
    ServiceWorkerRegistration,
    "showNotification" | "getNotifications" | "pushManager"
  >;
  skipWaiting(): Promise<void>;
  addEventListener<Name extends keyof Events>(
    name: Name,
    hear: (event: Events[Name]) => void,
  ): void;
}
interface Client {
  readonly url: string;
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
  push: Lasting & { readonly data: { text(): string } | null };
  pushsubscriptionchange: Lasting;
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
  const { chatId } = event.notification.data as { chatId: number | null };
  event.waitUntil(open(chatId));
});
scope.addEventListener("push", (event) => event.waitUntil(show(event.data?.text())));
scope.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribe()));

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
async function open(chatId: number | null): Promise<void> {
  const pages = await scope.clients.matchAll({ type: "window" });
  const page = pages.find(({ url }) => isPanel(new URL(url).pathname));
  if (!page) return void (await scope.clients.openWindow(pathOf(chatId)));
  if (chatId !== null) page.postMessage({ openChat: chatId });
  await page.focus();
}

/** A chat has one notice; it is heard again unless a tab in the background has just said the same. */
async function show(text: string | undefined): Promise<void> {
  const { title, body, tag, chatId } = pushedIn(text);
  const present = await scope.registration.getNotifications({ tag });
  const renotify = !present.some((one) => one.body === body);
  const options = { body, tag, renotify, icon: "/icons/icon-192.png", data: { chatId } };
  await scope.registration.showNotification(title, options);
}

/** The browser has changed its subscription by itself; who is signed in no more need not know. */
async function subscribe(): Promise<void> {
  const answer = await fetch("/api/operator/push");
  const { key } = (answer.ok ? await answer.json() : { key: null }) as { key: string | null };
  if (key === null) return;
  const wanted = { userVisibleOnly: true, applicationServerKey: key };
  const subscription = await scope.registration.pushManager.subscribe(wanted);
  const { p256dh, auth } = subscription.toJSON().keys ?? {};
  const language = languageOf(navigator.languages);
  const body = JSON.stringify({ endpoint: subscription.endpoint, p256dh, auth, key, language });
  const headers = { "Content-Type": "application/json" };
  await fetch("/api/operator/push", { method: "PUT", headers, body });
}
