/** Why a browser can't be woken: it knows no pushes, has no HTTPS, or is Safari on a phone. */
export type Obstacle = "unsupported" | "insecure" | "needsInstall";

/** As much of `PushSubscription` as we need. */
export interface Subscription {
  readonly endpoint: string;
  readonly options: { readonly applicationServerKey: ArrayBuffer | null };
  toJSON(): PushSubscriptionJSON;
  unsubscribe(): Promise<boolean>;
}

export interface PushBrowser {
  obstacle(): Obstacle | null;
  find(): Promise<Subscription | null>;
  /** Rejects when the browser does not reach its push service. */
  subscribe(key: string): Promise<Subscription>;
}

const READY_MS = 10_000;

export const pushBrowser: PushBrowser = {
  obstacle() {
    if (!globalThis.isSecureContext) return "insecure";
    const isHere = "serviceWorker" in navigator && "PushManager" in globalThis;
    if (isHere && "Notification" in globalThis && window.top === window) return null;
    return isApplePhone() ? "needsInstall" : "unsupported";
  },
  async find() {
    const worker = await navigator.serviceWorker.getRegistration();
    return (await worker?.pushManager.getSubscription()) ?? null;
  },
  async subscribe(key) {
    const { pushManager } = await readyWorker();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  },
};

/** A worker that could not be installed never gets ready. */
async function readyWorker(): Promise<ServiceWorkerRegistration> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("no service worker")), READY_MS);
  });
  return Promise.race([navigator.serviceWorker.ready, late]);
}

/** There pages have no pushes until they are on the home screen. An iPad calls itself a Mac. */
function isApplePhone(): boolean {
  const { userAgent, maxTouchPoints } = navigator;
  return /iPhone|iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
}

export function sameKey({ options }: Subscription, key: string): boolean {
  return options.applicationServerKey !== null && textOf(options.applicationServerKey) === key;
}

/** What the server is told of a subscription. */
export function wordsOf(subscription: Subscription): {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
} {
  const { p256dh = "", auth = "" } = subscription.toJSON().keys ?? {};
  return { endpoint: subscription.endpoint, p256dh, auth };
}

/** Base64url without padding, as keys are written. */
export function textOf(bytes: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return plain.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
