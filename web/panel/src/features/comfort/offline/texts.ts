export interface OfflineTexts {
  readonly title: string;
  readonly text: string;
  readonly again: string;
  readonly unsent: string;
  readonly kept: string;
  readonly file: string;
}

type Language = "uk" | "en";

/** The few words of the offline page, in the page itself: there is nobody to load more from. */
export const OFFLINE_TEXTS: Readonly<Record<Language, OfflineTexts>> = {
  uk: {
    title: "Немає зв’язку",
    text: "OpDesk не може дістатися сервера. Сторінка відкриється сама, щойно з’явиться мережа.",
    again: "Спробувати ще раз",
    unsent: "Ще не надіслано",
    kept: "Не закривайте цю вкладку: повідомлення чекають у ній, і ви зможете їх надіслати.",
    file: "Файл",
  },
  en: {
    title: "No connection",
    text: "OpDesk can’t reach the server. The page opens by itself as soon as there is a network.",
    again: "Try again",
    unsent: "Not sent yet",
    kept: "Leave this tab open: the messages wait in it, and you will be able to send them.",
    file: "A file",
  },
};

/** The person's choice (shared/i18n keeps it), else the browser's. */
export function languageHere(): Language {
  const tags = [chosen(), ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  return tags.find((tag): tag is Language => tag === "uk" || tag === "en") ?? "uk";
}

function chosen(): string | null {
  try {
    return localStorage.getItem("opdesk.language");
  } catch {
    return null;
  }
}
