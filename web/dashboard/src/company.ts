import { type Api, createApi, ProblemError } from "@shared/api/client";
import type { Role } from "@shared/api/model";
import { type SignedIn } from "@shared/api/model";
import { createDates, type Dates } from "@shared/format/dates";
import { type Language, languageOf, type Languages, LOCALES } from "@shared/i18n";
import { computed, inject, type InjectionKey, type Ref, shallowRef } from "vue";

/** What every page of the dashboard works with: the API, the languages, and who is signed in. */
export interface Company {
  readonly api: Api;
  readonly languages: Languages;
  readonly me: Readonly<Ref<SignedIn | null>>;
  /** Times in this browser's zone and the reader's language. */
  readonly dates: Readonly<Ref<Dates>>;
  /** Whether the signed-in person has this role or a higher one. */
  may(role: Role): boolean;
  /** Reads who is signed in; null when nobody is. */
  load(): Promise<SignedIn | null>;
  /** Takes what an answer said about who is signed in. */
  take(found: SignedIn): Promise<void>;
  /** Remembers the language of whoever is signed in. */
  keepLanguage(language: Language): Promise<void>;
  signOut(): Promise<void>;
}

const KEY: InjectionKey<Company> = Symbol("company");

export function createCompany(languages: Languages, onSignedOut: () => void): Company {
  const me = shallowRef<SignedIn | null>(null);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const dates = computed(() => createDates(LOCALES[languages.current.value], zone));
  const api = createApi({
    fetch: (input, init) => fetch(input, init),
    operatorId: () => null,
    onSignedOut() {
      me.value = null;
      onSignedOut();
    },
    onOtherOperator: () => undefined,
  });

  async function take(found: SignedIn): Promise<void> {
    me.value = found;
    const own = languageOf(found.user?.language ?? null);
    if (own && own !== languages.current.value) await languages.choose(own);
  }

  async function load(): Promise<SignedIn | null> {
    try {
      await take(await api.request<SignedIn>("GET", "/api/company/me", { expects401: true }));
    } catch (error) {
      // 403: an operator of the panel in this browser, and nobody of the company.
      const isNobody = error instanceof ProblemError && [401, 403].includes(error.status);
      if (!isNobody) throw error;
      me.value = null;
    }
    return me.value;
  }

  return {
    api,
    languages,
    me,
    dates,
    may: (role) => me.value !== null && me.value.role <= role,
    load,
    take,
    async keepLanguage(language) {
      if (!me.value?.user || me.value.user.language === language) return;
      await take(await api.request<SignedIn>("PUT", "/api/company/me", { body: { language } }));
    },
    async signOut() {
      await api.request("POST", "/api/company/sign-out");
      me.value = null;
    },
  };
}

export { KEY as COMPANY };

export function useCompany(): Company {
  const found = inject(KEY);
  if (!found) throw new Error("no company is provided");
  return found;
}
