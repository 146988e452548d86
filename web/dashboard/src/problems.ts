import { ProblemError } from "@shared/api/client";
import { computed, type Ref, ref } from "vue";
import { useI18n } from "vue-i18n";

/** What the server says of a field, and our words for it; `$1` and `$2` are the numbers in it. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^is required$/, "required"],
  [/^must have (\d+) to (\d+) characters$/, "length"],
  [/^is taken$/, "taken"],
  [/^is too easy to guess/, "tooEasy"],
  [/^must be an address such as olena@/, "email"],
  [/^must be an address or a network/, "network"],
  [/^must be an origin/, "origin"],
  [/^must be https, or http/, "originScheme"],
  [/^is not the one that the authenticator shows/, "code"],
  [/^must be a time zone/, "timeZone"],
  [/^must be a country/, "country"],
  [/^must be a time such as/, "time"],
  [/^must be later than/, "later"],
  [/^overlaps (\S+) to (\S+) of/, "overlaps"],
  [/^must not contain spaces/, "spaces"],
  [/^must not contain the character (U\+\w+)$/, "character"],
  [/^is not your password$/, "password"],
  [/^is there twice/, "twice"],
  [/^the address is on a private network/, "privateNetwork"],
  [/^is there before with another name$/, "namedTwice"],
  [/^must be a color/, "color"],
  [/^must be an address such as \S*\{phone\}/, "webAddress"],
  [/^must name its server/, "server"],
  [/^must contain \{phone\}/, "phonePlace"],
  [/^must be a whole number from (\d+) to (\d+)/, "number"],
  [/^must be a whole number(?: or null)?(?:, not .+)?$/, "digits"],
  [/^must (?:have|be) at least (\d+)/, "least"],
  [/^must (?:have|be) at most (\d+)/, "most"],
  [/^must be .*such as (.+)$/, "example"],
  [/^is not valid$/, "invalid"],
  [/^is not the one that the server printed/, "setUpCode"],
];

/** What went wrong as a whole, by the server's title; `{words}` is what it says of it. */
const TITLES: Readonly<Record<string, string>> = {
  "Your role may not do this": "forbidden",
  "This is the last owner": "users.lastOwner",
  "No such channel": "problem.title.gone",
  "No such chat": "problem.title.gone",
  "No such operator": "problem.title.gone",
  "No such organization": "problem.title.gone",
  "The operator is not active": "problem.title.inactive",
  "The chat's channel is not connected": "problem.title.channelOff",
  "This account is already connected": "problem.title.channelTaken",
  "These settings belong to another account": "problem.title.anotherAccount",
  "The platform refused these settings": "problem.title.refused",
  "The platform can't be reached": "problem.title.silent",
};
/** The title of a platform that does not answer: what was wanted can be saved all the same. */
export const SILENT = "The platform can't be reached";

type Translate = (key: string, named: Record<string, string>) => string;
type Counting = (key: string, named: Record<string, number>, count: number) => string;

const LONG_S = 90;

/** How long to wait, in seconds or, when these would be many, in minutes. */
export function waiting(seconds: number, t: Counting): string {
  const minutes = Math.ceil(seconds / 60);
  if (seconds > LONG_S) return t("tooManyMinutes", { count: minutes }, minutes);
  return t("tooMany", { seconds }, seconds);
}

/** The server's sentence in the reader's language; one that we don't know stays as it came. */
export function inWords(text: string, t: Translate): string {
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(text);
    if (found)
      return t(`problem.${key}`, { low: found[1] ?? "", high: found[2] ?? "", place: "{phone}" });
  }
  return text;
}

/** What is wrong with a form, field by field, as the server said. */
export interface Problems {
  /** The sentence for a field, named as in the API; null when it is fine. */
  of(field: string): string | null;
  /** The fields that something is wrong with, named as in the API. */
  readonly names: Readonly<Ref<readonly string[]>>;
  /** What belongs to no field of `shown`; "" when nothing is wrong. */
  readonly general: Readonly<Ref<string>>;
  /** The server's title of what went wrong; "" when nothing is. */
  readonly title: Readonly<Ref<string>>;
  readonly isBusy: Readonly<Ref<boolean>>;
  /** Does something, and keeps what goes wrong; whether it went well. */
  trying(work: () => Promise<void>): Promise<boolean>;
  /** Forgets what went wrong: the form is begun anew. */
  clear(): void;
}

/** `fields`: the names that the form shows problems at, `x[]` for each of a list; others are told in general. */
export function useProblems(...fields: string[]): Problems {
  const { t } = useI18n();
  const failure = ref<ProblemError | null>(null);
  const isBusy = ref(false);

  const of = (field: string): string | null => {
    const text = failure.value?.errors[field]?.[0];
    return text === undefined ? null : inWords(text, t);
  };
  const names = computed(() => Object.keys(failure.value?.errors ?? {}));
  const title = computed(() => failure.value?.title ?? "");
  const general = computed(() => (failure.value ? generalOf(failure.value) : ""));

  function generalOf(error: ProblemError): string {
    if (error.isOffline) return t("offline");
    if (error.status === 429) return waiting(error.retryAfterS ?? 30, t);
    const key = TITLES[error.title];
    if (error.status >= 500 && !key) return t("failed");
    const others = Object.entries(error.errors).filter(
      ([name]) => !fields.includes(name.replaceAll(/\[\d+\]/g, "[]")),
    );
    if (!others.length && Object.keys(error.errors).length) return "";
    const words = others.map(([, texts]) => inWords(texts[0] ?? "", t)).join(" ");
    if (key) return t(key, { words });
    return words || error.detail || t("failed");
  }

  async function trying(work: () => Promise<void>): Promise<boolean> {
    if (isBusy.value) return false;
    failure.value = null;
    isBusy.value = true;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      failure.value = error;
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  function clear(): void {
    failure.value = null;
  }

  return { of, names, general, title, isBusy, trying, clear };
}
