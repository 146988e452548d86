import type { Chat, Message } from "@shared/api/model";
import { backoffMs } from "@shared/net/backoff";
import { type Ref, ref } from "vue";

import { advance, type Numbered, type Position } from "./position";

export type LiveEvent = Numbered &
  (
    | { readonly type: "chatCreated" | "chatChanged"; readonly data: Chat }
    | { readonly type: "chatRemoved"; readonly data: { readonly id: number } }
    | { readonly type: "messageCreated" | "messageChanged"; readonly data: Message }
    | { readonly type: "reload"; readonly data: object }
  );

/** As much of a hub connection as is needed here: `hub.ts` makes one of Microsoft's client. */
export interface Hub {
  start(): Promise<void>;
  subscribe(position: Position | null): Promise<Position>;
  stop(): Promise<void>;
}

/** Makes a connection that reports its events and, once, its end. */
export type Connect = (onEvent: (event: LiveEvent) => void, onClosed: () => void) => Promise<Hub>;

export interface LiveListener {
  onEvent(event: LiveEvent): void;
  /** What was missed can't be told event by event: everything on screen must be read anew. */
  onReload(): void;
  /** A connection failed or was ended; the session may be why. */
  onLost(): void;
}

export interface Timers {
  wait(ms: number): { readonly done: Promise<void>; readonly cut: () => void };
  random(): number;
}

export type LiveState = "connecting" | "online" | "offline";

export interface Live {
  readonly state: Readonly<Ref<LiveState>>;
  start(): void;
  stop(): void;
  /** The network is back, or a person looks at the page again: try at once. */
  hurry(): void;
}

/**
 * Keeps one connection to the hub, for as long as the page lives.
 *
 * After a break it resumes where it stopped, so nothing is missed and nothing is read twice; when
 * the server can't resume (or this is the first connection) the listener is told to read anew.
 */
export function createLive(connect: Connect, listener: LiveListener, timers: Timers): Live {
  const state = ref<LiveState>("connecting");
  let position: Position | null = null;
  let isStopped = true;
  let pause: { readonly cut: () => void } | null = null;
  let hub: Hub | null = null;

  function hear(event: LiveEvent): void {
    position = advance(position ?? { epoch: event.epoch, numbers: {} }, event);
    if (event.type === "reload") listener.onReload();
    else listener.onEvent(event);
  }

  /** One connection from its start to its end; resolves with whether it ever worked. */
  async function connectOnce(): Promise<boolean> {
    let closed: () => void = () => undefined;
    const end = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const mine = await connect(hear, closed);
    hub = mine;
    try {
      await mine.start();
      await subscribe(mine);
    } catch {
      await mine.stop();
      return false;
    }
    state.value = "online";
    await end;
    return true;
  }

  async function subscribe(mine: Hub): Promise<void> {
    const asked = position;
    const told = await mine.subscribe(asked);
    const canResume = asked !== null && asked.epoch === told.epoch;
    // While resuming, events of the gap move the position one by one.
    if (!canResume) {
      position = told;
      listener.onReload();
    }
  }

  async function run(): Promise<void> {
    let attempt = 0;
    while (!isStopped) {
      const worked = await connectOnce().catch(() => false);
      if (isStopped) return;
      state.value = "offline";
      listener.onLost();
      attempt = worked ? 0 : attempt + 1;
      const waiting = timers.wait(backoffMs(attempt, timers.random()));
      pause = waiting;
      await waiting.done;
      pause = null;
    }
  }

  return {
    state,
    start() {
      if (!isStopped) return;
      isStopped = false;
      void run();
    },
    stop() {
      isStopped = true;
      pause?.cut();
      void hub?.stop();
    },
    hurry: () => pause?.cut(),
  };
}

/** Timers of the browser; a wait can be cut short. */
export const browserTimers: Timers = {
  wait(ms) {
    let cut = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      cut = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return { done, cut: () => cut() };
  },
  random: () => Math.random(),
};
