import type { Details, Person } from "./chat";

type Listener = (value: number) => void;
export type EventName = "unread" | "open" | "close";

/** What pages call: `window.OpDesk`. */
export interface PageApi {
  open: () => void;
  close: () => void;
  /** A user of the site with a signature, what is known of a visitor without one, or nobody. */
  identify: (who: Person | Details | null) => Promise<boolean>;
  /** Calls `listener` with the number of unread messages (or 0); the answer ends it. */
  on: (name: EventName, listener: Listener) => () => void;
}

export type Call = [name: keyof PageApi, ...given: unknown[]];

/** Listeners of the page, whose mistakes are the page's and go to its own error handlers. */
export class Listeners {
  private readonly known = new Map<EventName, Set<Listener>>();

  on(name: EventName, listener: Listener): () => void {
    const all = this.known.get(name) ?? new Set();
    this.known.set(name, all.add(listener));
    return () => all.delete(listener);
  }

  tell(name: EventName, value: number): void {
    for (const listener of this.known.get(name) ?? []) call(listener, value);
  }
}

export function call(listener: Listener, value: number): void {
  try {
    listener(value);
  } catch (error) {
    reportError(error);
  }
}

/**
 * What the page called before the script was there: a list of `[name, ...arguments]`, or an object
 * that keeps one as `q`.
 */
export function queued(before: unknown): Call[] {
  const list = Array.isArray(before) ? before : (before as { q?: unknown } | undefined)?.q;
  return Array.isArray(list) ? list.filter((one): one is Call => Array.isArray(one)) : [];
}

/** Run what was queued, in order; an unknown name is skipped. */
export function replay(api: PageApi, calls: readonly Call[]): void {
  for (const [name, ...given] of calls) {
    const run = api[name] as ((...args: unknown[]) => unknown) | undefined;
    if (typeof run === "function") run(...given);
  }
}
