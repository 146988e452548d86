import { type Ref, ref } from "vue";

/** `unsupported`: this browser has none, or not for a page without HTTPS. */
export type NoticePermission = NotificationPermission | "unsupported";

const current = ref<NoticePermission>(asked());

/** What the browser answers to our wish to show notifications. */
export const noticePermission: Readonly<Ref<NoticePermission>> = current;

function asked(): NoticePermission {
  return "Notification" in globalThis ? Notification.permission : "unsupported";
}

/** The answer may be given in another tab, or in the settings of the site. */
void globalThis.navigator.permissions
  ?.query({ name: "notifications" })
  .then((status) => (status.onchange = () => void (current.value = asked())))
  .catch(() => undefined);

/** Asks the person, from a click only. True: they are allowed. */
export async function askForNotices(): Promise<boolean> {
  if (asked() === "default") await Notification.requestPermission();
  current.value = asked();
  return current.value === "granted";
}

export interface Notice {
  readonly chatId: number;
  readonly title: string;
  readonly text: string;
}

/** Shows a notification, in the place of the chat's former one; a click on it runs `open`. */
export async function showNotice(notice: Notice, open: (chatId: number) => void): Promise<void> {
  const { chatId, title, text } = notice;
  const options = { body: text, tag: tagOf(chatId), icon: "/icons/icon-192.png", data: { chatId } };
  // On phones only a service worker shows them, and elsewhere a push then finds and replaces them.
  // It leads back here (see worker.ts).
  const worker = await activeWorker();
  if (worker) return worker.showNotification(title, options);
  const shown = new Notification(title, options);
  shown.onclick = () => {
    window.focus();
    open(chatId);
    shown.close();
  };
}

/** What was shown of a chat is known to who looks at it. */
export async function closeNotices(chatId: number): Promise<void> {
  const shown = await (await activeWorker())?.getNotifications({ tag: tagOf(chatId) });
  shown?.forEach((one) => one.close());
}

async function activeWorker(): Promise<ServiceWorkerRegistration | null> {
  const worker = await (
    navigator.serviceWorker as ServiceWorkerContainer | undefined
  )?.getRegistration();
  return worker?.active ? worker : null;
}

/** The server gives its pushes the same, so that a chat has one notice. */
function tagOf(chatId: number): string {
  return `opdesk-chat-${chatId}`;
}
