import { backoffMs, spreadMs } from "@shared/net/backoff";
import { type Ref, ref } from "vue";

import type { ChatEvent, LiveEvent } from "./events";
import type { Connect, Hub } from "./hub";
import { advance, type Position } from "./position";
import type { Signal } from "./signals";
import { type Silence, watchSilence } from "./silence";
import type { Timers } from "./timers";

/** A connection that lived so long was a good one; shorter ones count as tries that failed. */
const STEADY_MS = 10_000;

export interface LiveListener {
  onEvent(event: ChatEvent): void;
  onSignal(signal: Signal): void;
  /** A connection begins or ended: what signals told before does not count any more. */
  onSignalsLost(): void;
  /**
   * What was missed can't be told event by event: everything on screen must be read anew.
   * A rejection means that it could not be read, and the connection begins anew.
   */
  onReload(): Promise<void>;
  /** A connection failed or was ended, and another try follows; the session may be why. */
  onLost(): void;
}

/** `connecting`: a try is under way; `offline`: the next one waits for its time. */
export type LiveState = "connecting" | "online" | "offline";

export interface Live {
  readonly state: Readonly<Ref<LiveState>>;
  /** The time up to which the screen was last proven to miss nothing; null before the first. */
  readonly upToDateAt: Readonly<Ref<string | null>>;
  /** Whether that was proven by the connection of now. */
  readonly isProven: Readonly<Ref<boolean>>;
  /** When the next try is made, in milliseconds since 1970; null when none is waited for. */
  readonly retryAt: Readonly<Ref<number | null>>;
  start(): void;
  stop(): void;
  /** The network is back, or a person looks at the page again: try at once. */
  hurry(): void;
  /** Says which chat is on screen. Nothing is lost when that does not arrive. */
  reading(chatId: number | null): void;
  typing(chatId: number): void;
  /** Says whether the page is on screen: while none is, the operator's devices are told. */
  watching(isWatching: boolean): void;
}

/**
 * Keeps one connection to the hub, for as long as the page lives.
 *
 * After a break it resumes where it stopped, so nothing is missed and nothing is read twice; when
 * the server can't resume (or this is the first connection) the listener is told to read anew.
 */
export function createLive(connect: Connect, listener: LiveListener, timers: Timers): Live {
  const state = ref<LiveState>("connecting");
  const upToDateAt = ref<string | null>(null);
  const isProven = ref(false);
  const retryAt = ref<number | null>(null);
  let position: Position | null = null;
  let isStopped = true;
  let pause: { readonly cut: () => void } | null = null;
  let hub: Hub | null = null;
  let silence: Silence | null = null;
  let hangUp: () => void = () => undefined;
  let rereading = 0;
  let toldMeanwhile: string | null = null;

  function hear(event: LiveEvent): void {
    silence?.heard();
    position = advance(position ?? { epoch: event.epoch, numbers: {} }, event);
    if (event.type === "reload") void reread();
    else if (event.type !== "upToDate") listener.onEvent(event);
    else if (rereading > 0) toldMeanwhile = event.data.at;
    else prove(event.data.at);
  }

  function prove(at: string): void {
    upToDateAt.value = at;
    isProven.value = true;
  }

  /** While the page reads anew it is not up to date; `provenAt` holds again once it has read. */
  async function reread(provenAt: string | null = null): Promise<void> {
    rereading += 1;
    isProven.value = false;
    toldMeanwhile = provenAt;
    try {
      await listener.onReload();
      if (rereading === 1 && toldMeanwhile !== null) prove(toldMeanwhile);
    } catch {
      position = null;
      hangUp();
    } finally {
      rereading -= 1;
    }
  }

  /** One connection from its start to its end; resolves with how long it worked, in milliseconds. */
  async function connectOnce(): Promise<number> {
    const end = new Promise<void>((resolve) => (hangUp = resolve));
    const isMine = (): boolean => hub === mine;
    const mine: Hub = await connect({
      onEvent: (event) => isMine() && hear(event),
      onSignal: (signal) => isMine() && listener.onSignal(signal),
      onClosed: () => isMine() && hangUp(),
    });
    hub = mine;
    const watched = (silence = watchSilence(timers));
    const over = Promise.race([end, watched.fell]).then(() => "over" as const);
    try {
      if ((await Promise.race([begin(mine), over])) === "over") return 0;
      const began = timers.now();
      state.value = "online";
      await over;
      return Math.max(1, timers.now() - began);
    } finally {
      hub = null;
      watched.end();
      isProven.value = false;
      listener.onSignalsLost();
      mine.stop().catch(() => undefined);
    }
  }

  async function begin(mine: Hub): Promise<void> {
    await mine.start();
    listener.onSignalsLost();
    const asked = position;
    const told = await mine.subscribe(asked);
    const canResume = asked !== null && asked.epoch === told.epoch;
    // While resuming, events of the gap move the position one by one.
    if (canResume) return;
    position = told;
    void reread(isProven.value ? upToDateAt.value : null);
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!isStopped) {
      state.value = "connecting";
      const workedMs = await connectOnce().catch(() => 0);
      if (isStopped) return;
      failures = workedMs >= STEADY_MS ? 0 : failures + 1;
      const spread = workedMs > 0 ? spreadMs(timers.random()) : 0;
      await rest(spread + (failures > 0 ? backoffMs(failures, timers.random()) : 0));
      if (!isStopped) listener.onLost();
    }
  }

  async function rest(ms: number): Promise<void> {
    state.value = "offline";
    retryAt.value = timers.now() + ms;
    const waiting = timers.wait(ms);
    pause = waiting;
    await waiting.done;
    pause = null;
    retryAt.value = null;
  }

  return {
    state,
    upToDateAt,
    isProven,
    retryAt,
    start() {
      if (!isStopped) return;
      isStopped = false;
      void run();
    },
    stop() {
      isStopped = true;
      pause?.cut();
      hangUp();
    },
    hurry() {
      pause?.cut();
      silence?.look();
    },
    reading: (chatId) => void hub?.reading(chatId).catch(() => undefined),
    typing: (chatId) => void hub?.typing(chatId).catch(() => undefined),
    watching: (isWatching) => void hub?.watching(isWatching).catch(() => undefined),
  };
}
