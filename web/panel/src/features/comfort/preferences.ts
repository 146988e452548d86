import { type Ref, shallowRef } from "vue";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** How the panel looks and makes itself heard, in one browser. */
export interface Preferences {
  readonly theme: Theme;
  readonly isCompact: boolean;
  /** A sound for messages of clients. */
  readonly hasSound: boolean;
  /** The system's notifications for messages of clients. */
  readonly hasNotices: boolean;
  /** The same by the browser's push service, while no panel is on screen. */
  readonly hasPush: boolean;
}

export const USUAL: Preferences = {
  theme: "system",
  isCompact: false,
  hasSound: true,
  hasNotices: false,
  hasPush: false,
};

export interface PreferenceStore {
  readonly now: Readonly<Ref<Preferences>>;
  change(part: Partial<Preferences>): void;
}

type Store = Pick<Storage, "getItem" | "setItem">;
/** Has a listener told of each change that another tab makes. */
type Elsewhere = (listener: (key: string | null, value: string | null) => void) => void;

const KEY = "opdesk.comfort";

export function createPreferences(
  store: Store = localStorage,
  elsewhere: Elsewhere = storageEvents,
): PreferenceStore {
  const now = shallowRef(read(store));
  elsewhere((key, value) => {
    if (key === KEY || key === null) now.value = parsed(value);
  });
  return {
    now,
    change(part) {
      now.value = { ...now.value, ...part };
      try {
        store.setItem(KEY, JSON.stringify(now.value));
      } catch {
        // A browser that keeps nothing still shows what was chosen, until the page goes.
      }
    },
  };
}

function read(store: Store): Preferences {
  try {
    return parsed(store.getItem(KEY));
  } catch {
    return USUAL;
  }
}

/** What was kept, and the usual for whatever is missing or no preference of ours. */
export function parsed(text: string | null): Preferences {
  const kept = objectIn(text);
  const theme = THEMES.find((one) => one === kept.theme) ?? USUAL.theme;
  const isOn = (name: "isCompact" | "hasSound" | "hasNotices" | "hasPush"): boolean => {
    const value = kept[name];
    return typeof value === "boolean" ? value : USUAL[name];
  };
  return {
    theme,
    isCompact: isOn("isCompact"),
    hasSound: isOn("hasSound"),
    hasNotices: isOn("hasNotices"),
    hasPush: isOn("hasPush"),
  };
}

function objectIn(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function storageEvents(listener: (key: string | null, value: string | null) => void): void {
  addEventListener("storage", (event) => listener(event.key, event.newValue));
}
