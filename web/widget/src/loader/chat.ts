import { backoffMs } from "@shared/net/backoff";
import { newKey } from "@shared/net/keys";

import { CallError, type DeskCalls, type History, type Message, type Synced } from "./desk";
import { Outgoing } from "./outgoing";
import type { Memory } from "./storage";
import { extended, merged, newestReceived, type Timeline, unreadOf, withTaken } from "./timeline";

const WAIT_S = 25;
/** A tab that nobody sees leaves the browser's few connections to those that are seen. */
const HIDDEN_MS = 20_000;
const SOONEST_MS = 500;

export interface Details {
  name?: string;
  phone?: string;
  email?: string;
}

export interface Person extends Details {
  id: string;
  signature: string;
}

/** The visitor's chat on this page: what is shown, what is under way, and the news of it. */
export class Chat {
  timeline: Timeline = { items: [], hasMore: false };
  readUpTo = 0;
  isTyping = false;
  /** The window is open, so what comes is seen while the page is. */
  isOpen = false;
  /** The desk does not answer at the moment. */
  isOffline = false;
  /** The first news has come, or there is nothing to come. */
  isReady = false;
  readonly outgoing: Outgoing;
  private version = "";
  private seen = 0;
  private failures = 0;
  private isStopped = false;
  private pause: AbortController | null = null;
  private readonly listeners = new Set<() => void>();
  private starting: Promise<void> | null = null;

  readonly desk: DeskCalls;
  readonly memory: Memory;

  constructor(desk: DeskCalls, memory: Memory) {
    this.desk = desk;
    this.memory = memory;

    desk.token = memory.get("token");
    this.isReady = !desk.token;
    this.outgoing = new Outgoing(this, memory);
    memory.onChange("token", (token) => {
      if (token !== desk.token) this.become(token);
    });
    for (const name of ["visibilitychange", "focus"]) {
      document.addEventListener(name, () => this.lookNow());
    }
    addEventListener("online", () => this.lookNow());
    addEventListener("pageshow", () => this.lookNow());
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.listeners) listener();
  }

  get unread(): number {
    return unreadOf(this.timeline.items, this.seen);
  }

  /** What the visitor has said of themselves, or the page has; kept until a session tells it. */
  get details(): Details {
    return JSON.parse(this.memory.get("details") ?? "{}") as Details;
  }

  set details(told: Details) {
    this.memory.set("details", JSON.stringify(told));
    this.memory.set("told", null);
  }

  /** For the life of the page. */
  async run(): Promise<void> {
    this.outgoing.resume();
    while (!this.isStopped) {
      const pauseMs = this.desk.token ? await this.look() : HIDDEN_MS;
      await this.paused(pauseMs);
    }
  }

  /** Look for news at once. */
  lookNow(): void {
    this.pause?.abort();
  }

  setOpen(isOpen: boolean): void {
    this.isOpen = isOpen;
    this.noteSeen();
    this.lookNow();
    this.changed();
  }

  /** Be known to the desk before anything is sent. */
  async begin(): Promise<void> {
    if (this.desk.token && this.memory.get("told")) return;
    this.starting ??= this.begun().finally(() => (this.starting = null));
    await this.starting;
  }

  private async begun(): Promise<void> {
    const answer = await this.desk.call<{ token: string }>("POST", "/session", this.details);
    this.memory.set("told", "1");
    this.keep(answer.token);
  }

  /** A user of the site, signed by its server; false when the desk refuses the signature. */
  async identify({ id, signature, ...details }: Person): Promise<boolean> {
    const user = JSON.stringify([id, signature, details]);
    if (this.desk.token && this.memory.get("user") === user) return true;
    const body = { ...details, userId: id, signature };
    try {
      const answer = await this.desk.call<{ token: string }>("POST", "/session", body);
      this.details = details;
      this.memory.set("told", "1");
      this.memory.set("user", user);
      if (answer.token !== this.desk.token) this.become(answer.token);
      return true;
    } catch (error) {
      if (error instanceof CallError && !error.isPassing) return false;
      await new Promise((resolve) => setTimeout(resolve, backoffMs(5, Math.random())));
      return this.identify({ id, signature, ...details });
    }
  }

  /** Nobody in particular any more: the next message begins another chat. */
  forget(): void {
    for (const name of ["details", "told", "user", "pending"]) this.memory.set(name, null);
    this.outgoing.clear();
    this.become(null);
  }

  async loadOlder(): Promise<void> {
    const first = this.timeline.items[0];
    if (!first || !this.timeline.hasMore) return;
    const page = await this.desk.call<History>("GET", `/messages?before=${first.id}`);
    this.timeline = extended(this.timeline, page);
    this.changed();
  }

  /** The desk has a message of this page. */
  taken(message: Message): void {
    this.timeline = withTaken(this.timeline, message);
    this.isReady = true;
    this.lookNow();
    this.changed();
  }

  /** The token does not count any more: its chat was deleted. */
  lost(): void {
    this.memory.set("told", null);
    this.memory.set("user", null);
    this.become(null);
  }

  newKey(): string {
    return newKey();
  }

  private become(token: string | null): void {
    this.timeline = { items: [], hasMore: false };
    this.version = "";
    this.seen = this.readUpTo = 0;
    this.isReady = !token;
    this.keep(token);
    this.changed();
  }

  private keep(token: string | null): void {
    this.desk.token = token;
    this.memory.set("token", token);
    this.lookNow();
  }

  /** One look; for how long to rest before the next, in milliseconds. */
  private async look(): Promise<number> {
    const isSeen = document.visibilityState === "visible";
    const wait = isSeen ? WAIT_S : 0;
    const began = Date.now();
    const stop = (this.pause = new AbortController());
    const token = this.desk.token;
    try {
      const got = newestReceived(this.timeline.items);
      const body = { version: this.version, got, seen: this.seen, wait };
      const options = { signal: stop.signal, waitMs: wait * 1000 };
      const news = await this.desk.call<Synced>("POST", "/sync", body, options);
      if (token === this.desk.token) this.hear(news);
      this.failures = 0;
      if (!isSeen) return HIDDEN_MS;
      return Date.now() - began < SOONEST_MS && !news.items ? SOONEST_MS : 0;
    } catch (error) {
      if (stop.signal.aborted || token !== this.desk.token) return 0;
      return this.failed(error);
    }
  }

  private failed(error: unknown): number {
    const refused = error instanceof CallError ? error : new CallError(0, 0, "");
    if (refused.status === 401) {
      this.lost();
      return 0;
    }
    // Not our site, or the widget was switched off: nothing that comes back by itself soon.
    const restMs = refused.isPassing ? backoffMs(this.failures++, Math.random()) : 600_000;
    if (this.failures > 1 && !this.isOffline) {
      this.isOffline = true;
      this.changed();
    }
    return Math.max(restMs, refused.retryAfterMs);
  }

  private hear(news: Synced): void {
    const before = this.isReady && !this.isOffline;
    const isNews = news.version !== this.version || !before;
    this.timeline = merged(this.timeline, news);
    this.version = news.version;
    this.readUpTo = news.readUpTo;
    this.isTyping = news.isTyping;
    this.isReady = true;
    this.isOffline = false;
    this.outgoing.heard(this.timeline.items);
    this.noteSeen();
    if (isNews) this.changed();
  }

  private noteSeen(): void {
    if (!this.isOpen || document.visibilityState !== "visible") return;
    this.seen = Math.max(this.seen, newestReceived(this.timeline.items));
  }

  private async paused(ms: number): Promise<void> {
    const stop = (this.pause = new AbortController());
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      stop.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
