import type { Timers } from "./timers";

/** The hub speaks every 10 s; after two words that did not come the socket is taken for dead. */
const SILENCE_MS = 25_000;

/** Watches over one connection, which may be half open: nothing comes, and nothing ends it. */
export interface Silence {
  /** Resolves once nothing was heard for 25 s. */
  readonly fell: Promise<void>;
  heard(): void;
  /** Looks at the clock again: a machine that slept wakes its timers late. */
  look(): void;
  end(): void;
}

export function watchSilence(timers: Pick<Timers, "now" | "wait">): Silence {
  let heardAt = timers.now();
  let isOver = false;
  let look: () => void = () => undefined;

  async function watch(): Promise<void> {
    let left = SILENCE_MS;
    while (left > 0 && !isOver) {
      const waiting = timers.wait(left);
      look = waiting.cut;
      await waiting.done;
      left = heardAt + SILENCE_MS - timers.now();
    }
  }

  return {
    fell: watch(),
    heard: () => (heardAt = timers.now()),
    look: () => look(),
    end() {
      isOver = true;
      look();
    },
  };
}
