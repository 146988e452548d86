import { type Api, ProblemError } from "@shared/api/client";
import type { PushDevice, PushKey, PushTrial } from "@shared/api/model";
import { type Ref, ref } from "vue";

import type { NoticePermission } from "../notices";
import { type Obstacle, type PushBrowser, sameKey, wordsOf } from "./browser";

/**
 * `unknown` until it was looked at. `switchedOff`: by an administrator. `failed`: the browser did
 * not reach its push service, or the server did not take the subscription.
 */
export type PushState = "unknown" | "off" | "on" | "denied" | "switchedOff" | "failed" | Obstacle;

/** What a test brought; `soon`: wait a few seconds before the next one. */
export type Trial = "sent" | "later" | "refused" | "gone" | "soon";

export interface Push {
  readonly state: Readonly<Ref<PushState>>;
  /** While the browser or the server is asked. */
  readonly isBusy: Readonly<Ref<boolean>>;
  /** To be called by a click: the browser asks the person. */
  turnOn(): Promise<void>;
  turnOff(): Promise<void>;
  /** Says the same subscription again: it lives as long as the session. Asks nobody anything. */
  renew(): Promise<void>;
  tryIt(): Promise<Trial>;
}

export interface Surroundings {
  readonly api: Api;
  readonly browser: PushBrowser;
  readonly permission: Readonly<Ref<NoticePermission>>;
  askPermission(): Promise<boolean>;
  language(): string;
  /** Whether this browser is to be told: a subscription that it lost is made anew. */
  isWanted(): boolean;
  setWanted(isWanted: boolean): void;
}

export function createPush(around: Surroundings): Push {
  const { api, browser, permission } = around;
  const state = ref<PushState>("unknown");
  const isBusy = ref(false);
  let deviceId: number | null = null;

  async function keyOfServer(): Promise<string | null> {
    return (await api.request<PushKey>("GET", "/api/operator/push")).key;
  }

  /** The browser's subscription with the server's present key, which the server then knows. */
  async function subscribe(): Promise<PushState> {
    const key = await keyOfServer();
    if (key === null) return "switchedOff";
    const present = await browser.find();
    if (present && !sameKey(present, key)) await present.unsubscribe();
    const subscription = present && sameKey(present, key) ? present : await browser.subscribe(key);
    const body = { ...wordsOf(subscription), key, language: around.language() };
    deviceId = (await api.request<PushDevice>("PUT", "/api/operator/push", { body })).id;
    return "on";
  }

  async function settle(
    work: () => Promise<PushState>,
    otherwise: () => PushState = () => "failed",
  ): Promise<void> {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      state.value = await work();
    } catch {
      state.value = otherwise();
    } finally {
      isBusy.value = false;
    }
  }

  function unsettled(): PushState | null {
    return browser.obstacle() ?? (permission.value === "denied" ? "denied" : null);
  }

  async function forget(): Promise<void> {
    await (await browser.find())?.unsubscribe();
    const id = deviceId;
    deviceId = null;
    if (id === null) return;
    // The browser hears nothing any more, whatever the server knows.
    await api.request("DELETE", `/api/operator/push/${id}`).catch(() => undefined);
  }

  return {
    state,
    isBusy,
    turnOn: () =>
      settle(async () => {
        const obstacle = browser.obstacle();
        if (obstacle) return obstacle;
        if (!(await around.askPermission()))
          return permission.value === "denied" ? "denied" : "off";
        const reached = await subscribe();
        around.setWanted(reached === "on");
        return reached;
      }),
    turnOff: () =>
      settle(async () => {
        around.setWanted(false);
        await forget();
        return "off";
      }),
    renew: () =>
      settle(
        async () => {
          const known = unsettled();
          if (known) return known;
          if (around.isWanted() && permission.value === "granted") return subscribe();
          return (await keyOfServer()) === null ? "switchedOff" : "off";
        },
        () => (around.isWanted() ? "failed" : "off"),
      ),
    async tryIt() {
      try {
        const path = `/api/operator/push/${deviceId ?? 0}/test`;
        const { outcome } = await api.request<PushTrial>("POST", path);
        if (outcome === "gone") state.value = "failed";
        return outcome as Trial;
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        if (error.status === 404) state.value = "failed";
        return error.status === 404 ? "gone" : error.status === 429 ? "soon" : "later";
      }
    },
  };
}
