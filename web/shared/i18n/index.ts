import { ref, type Ref } from "vue";
import { createI18n, type I18n } from "vue-i18n";

export const LANGUAGES = ["uk", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What `Intl` is asked for: English with a 24-hour clock and the day before the month. */
export const LOCALES: Readonly<Record<Language, string>> = { uk: "uk-UA", en: "en-GB" };

export interface Messages {
  [key: string]: string | Messages;
}
export type Loaders = Readonly<Record<Language, () => Promise<{ default: Messages }>>>;

type Texts = Record<string, unknown>;

export interface Languages {
  readonly i18n: I18n<Texts, Texts, Texts, string, false>;
  readonly current: Readonly<Ref<Language>>;
  /** Shows the page in `language`; its texts are loaded on first use. */
  show(language: Language): Promise<void>;
  /** The person's own choice, kept in this browser. */
  choose(language: Language): Promise<void>;
  /** The person's choice, else `suggested` (the organization's), else the browser's language. */
  preferred(suggested: string | null): Language;
}

const STORED = "opdesk.language";

export function createLanguages(loaders: Loaders): Languages {
  const i18n = createI18n({
    legacy: false as const,
    locale: "uk",
    missingWarn: false,
    fallbackWarn: false,
    messages: {},
    pluralRules: { uk: ukrainianPlural },
  });
  const current = ref<Language>("uk");
  const loaded = new Set<Language>();

  async function show(language: Language): Promise<void> {
    if (!loaded.has(language)) {
      i18n.global.setLocaleMessage(language, (await loaders[language]()).default);
      loaded.add(language);
    }
    i18n.global.locale.value = language;
    current.value = language;
    document.documentElement.lang = language;
  }

  return {
    i18n: i18n as Languages["i18n"],
    current,
    show,
    async choose(language) {
      store(language);
      await show(language);
    },
    preferred: (suggested) =>
      [stored(), suggested, ...navigator.languages].map(languageOf).find((it) => it !== null) ??
      "uk",
  };
}

/** The language of a tag such as `en-GB`, when the pages speak it. */
export function languageOf(tag: string | null): Language | null {
  const name = tag?.split("-")[0]?.toLowerCase();
  return LANGUAGES.find((language) => language === name) ?? null;
}

/** Index of the form among "one | few | many": 1 чат, 2 чати, 5 чатів. */
export function ukrainianPlural(count: number): number {
  const form = new Intl.PluralRules("uk").select(count);
  return form === "one" ? 0 : form === "few" ? 1 : 2;
}

/** A browser that forbids storage still works, it only forgets. */
function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function store(language: Language): void {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // See stored().
  }
}
