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
  const tag = `opdesk-chat-${chatId}`;
  const options = { body: text, tag, icon: "/icons/icon-192.png", data: { chatId } };
  try {
    const shown = new Notification(title, options);
    shown.onclick = () => {
      window.focus();
      open(chatId);
      shown.close();
    };
  } catch {
    // On phones only a service worker shows them, and it leads back here (see worker.ts).
    const worker = await navigator.serviceWorker?.getRegistration();
    await worker?.showNotification(title, options);
  }
}
