import { type Api, ProblemError } from "@shared/api/client";
import type { SignedInOperator } from "@shared/api/model";
import { loginPath } from "@shared/net/paths";
import { type Ref, ref } from "vue";

/** Why the sign-in page is shown; it has a sentence for each. */
export const REASONS = [
  "expired",
  "invalid",
  "ended",
  "signed_out",
  "revoked",
  "inactive",
] as const;
export type Reason = (typeof REASONS)[number];

export interface Session {
  /** Who is signed in; null until `load` found someone. */
  readonly me: Readonly<Ref<SignedInOperator | null>>;
  /** Set when this browser has meanwhile become somebody else's: nothing may be sent any more. */
  readonly successor: Readonly<Ref<{ readonly name: string } | null>>;
  /** Asks the server once who is signed in; false: nobody. */
  load(): Promise<boolean>;
  /** Asks again: the organization's settings are not what they were. */
  reload(): Promise<void>;
  /** `code`: a second factor's, once the server has asked for it. */
  signIn(login: string, password: string, code: string | null): Promise<void>;
  signOut(): Promise<void>;
  /** Ends every token and session of this operator, this one too. */
  leaveEverywhere(): Promise<void>;
  /** Chooses another password: everything else that one is signed in with ends. */
  changePassword(current: string, next: string): Promise<void>;
  /** The server no longer knows us: on to the sign-in page, and afterwards back to this one. */
  end(reason?: Reason): void;
  /** The server says that another operator is signed in. */
  yield(): Promise<void>;
  /**
   * The hub says that this session is over, in a word of its own. It is not when this browser has
   * meanwhile a new one of the same operator; when it is another operator's, the page yields.
   */
  signedOut(reason: string): Promise<void>;
}

export interface Place {
  /** Path and query of the page on screen. */
  here(): string;
  /** Leaves the page with everything that it holds. */
  leave(path: string): void;
}

/** Asks whose this browser is; null when nobody's, or when there is no answer. */
export type WhoIsSignedIn = () => Promise<{ readonly id: number; readonly name: string } | null>;

export function createSession(
  api: () => Api,
  place: Place,
  now: () => number,
  whoIsSignedIn: WhoIsSignedIn,
): Session {
  const me = ref<SignedInOperator | null>(null);
  const successor = ref<{ name: string } | null>(null);
  let isEnding = false;
  /** The hub tells of the end of the session before the answer brings its successor. */
  let isChanging = false;

  async function load(): Promise<boolean> {
    if (me.value) return true;
    try {
      me.value = await api().request<SignedInOperator>("GET", "/api/operator/me", {
        expects401: true,
      });
      return true;
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return false;
      throw error;
    }
  }

  function end(reason?: Reason): void {
    if (isEnding || successor.value) return;
    isEnding = true;
    const isExpired = me.value !== null && Date.parse(me.value.expiresAt) <= now();
    place.leave(loginPath(place.here(), reason ?? (isExpired ? "expired" : "ended")));
  }

  async function leave(path: string): Promise<void> {
    isEnding = true;
    try {
      await api().request("POST", path, { expects401: true });
    } catch (error) {
      isEnding = false;
      throw error;
    }
    place.leave(loginPath("/", "signed_out"));
  }

  return {
    me,
    successor,
    load,
    async reload() {
      me.value = await api().request<SignedInOperator>("GET", "/api/operator/me");
    },
    end,
    async signIn(login, password, code) {
      await api().request("POST", "/api/operator/sign-in", {
        body: { login, password, code },
        expects401: true,
      });
    },
    signOut: () => leave("/api/operator/sign-out"),
    leaveEverywhere: () => leave("/api/operator/me/sign-out"),
    async changePassword(current, next) {
      isChanging = true;
      try {
        const body = { current, new: next };
        await api().request("PUT", "/api/operator/me/password", { body });
      } finally {
        isChanging = false;
      }
    },
    async yield() {
      if (successor.value) return;
      successor.value = { name: "" };
      const other = await whoIsSignedIn();
      if (other) successor.value = { name: other.name };
    },
    async signedOut(reason) {
      if (isEnding || isChanging || successor.value) return;
      const holder = await whoIsSignedIn();
      if (!holder) end(REASONS.find((one) => one === reason));
      else if (holder.id !== me.value?.operator.id) successor.value = { name: holder.name };
    },
  };
}

/** A page that must be left does not wait long for an answer. */
const PATIENCE_MS = 2000;

/** Asked without the header that names our operator: the answer is whoever the cookie belongs to. */
export const whoIsSignedIn: WhoIsSignedIn = async () => {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch("/api/operator/me", { signal }).catch(() => null);
  if (!response?.ok) return null;
  return ((await response.json()) as SignedInOperator).operator;
};
