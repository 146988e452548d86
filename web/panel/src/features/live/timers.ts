/** The time of day, waits and chance, as arguments: tests hold them in their hands. */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  /** `cut` ends the wait early. */
  wait(ms: number): { readonly done: Promise<void>; readonly cut: () => void };
  /** 0 to 1. */
  random(): number;
}

/** Timers of the browser. */
export const browserTimers: Timers = {
  now: () => Date.now(),
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
