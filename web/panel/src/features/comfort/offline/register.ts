/** Has the service worker keep the panel's files; without it the panel works all the same. */
export function keepForOffline(open: (chatId: number) => void): void {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  // A page in a frame is a part of somebody's page, which is not ours to keep.
  if (!import.meta.env.PROD || !serviceWorker || window.top !== window) return;
  serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => undefined);
  serviceWorker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (isOpening(data)) open(data.openChat);
  });
}

function isOpening(data: unknown): data is { readonly openChat: number } {
  return typeof data === "object" && data !== null && "openChat" in data;
}
