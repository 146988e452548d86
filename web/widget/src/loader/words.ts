/** What the button says, in the language of the page. */

export type Language = "uk" | "en";

interface ButtonWords {
  open: string;
  close: string;
  unread: (count: number) => string;
  failed: string;
}

export const BUTTON_WORDS: Record<Language, ButtonWords> = {
  uk: {
    open: "Відкрити чат",
    close: "Закрити чат",
    unread: (count) => `непрочитаних: ${count}`,
    failed: "Чат не завантажився. Натисніть ще раз.",
  },
  en: {
    open: "Open the chat",
    close: "Close the chat",
    unread: (count) => `unread: ${count}`,
    failed: "The chat did not load. Press again.",
  },
};

/** The first language that we speak of what the tag, the page and the browser say; else Ukrainian. */
export function languageOf(...given: (string | null | undefined)[]): Language {
  for (const one of given) {
    const word = one?.trim().toLowerCase().split("-")[0];
    if (word === "uk" || word === "en") return word;
  }
  return "uk";
}
