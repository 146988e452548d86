import { backoffMs } from "@shared/net/backoff";

import type { Chat } from "./chat";
import { CallError, type Message, refusal } from "./desk";
import type { Memory } from "./storage";

/** A message that the desk has not taken yet. `progress`: what of a file has gone, 0 to 1. */
export interface Pending {
  readonly key: string;
  readonly text: string;
  readonly at: number;
  readonly isQuestion: boolean;
  readonly file?: File;
  progress?: number;
  /** Why it will not go by itself: a status of the desk. */
  failed?: number;
}

/** What the visitor sends, one after the other, until the desk has it. Texts outlive the page. */
export class Outgoing {
  pending: Pending[] = [];
  private isGoing = false;
  private attempt = 0;

  private readonly chat: Chat;
  private readonly memory: Memory;

  constructor(chat: Chat, memory: Memory) {
    this.chat = chat;
    this.memory = memory;
  }

  /** What an earlier page could not send. */
  resume(): void {
    try {
      this.pending = JSON.parse(this.memory.get("pending") ?? "[]") as Pending[];
    } catch {
      this.pending = [];
    }
    void this.go();
  }

  add(
    text: string,
    { file, isQuestion = false }: { file?: File; isQuestion?: boolean } = {},
  ): void {
    const key = this.chat.newKey();
    this.pending.push({ key, text, at: Date.now(), isQuestion, ...(file ? { file } : {}) });
    this.kept();
    void this.go();
  }

  retry(key: string): void {
    for (const one of this.pending) if (one.key === key) delete one.failed;
    this.kept();
    void this.go();
  }

  drop(key: string): void {
    this.pending = this.pending.filter((one) => one.key !== key);
    this.kept();
  }

  clear(): void {
    this.pending = [];
    this.kept();
  }

  /** News has some of them: another try, or another tab, was quicker. */
  heard(items: readonly Message[]): void {
    const known = new Set(items.map((one) => one.clientId));
    if (!this.pending.some((one) => known.has(one.key))) return;
    this.pending = this.pending.filter((one) => !known.has(one.key));
    this.kept();
  }

  private kept(): void {
    const texts = this.pending.filter((one) => !one.file);
    this.memory.set("pending", texts.length ? JSON.stringify(texts) : null);
    this.chat.changed();
  }

  private async go(): Promise<void> {
    if (this.isGoing) return;
    this.isGoing = true;
    try {
      for (;;) {
        const next = this.pending.find((one) => one.failed === undefined);
        if (!next) break;
        const restMs = await this.sent(next);
        if (restMs) await new Promise((resolve) => setTimeout(resolve, restMs));
      }
    } finally {
      this.isGoing = false;
    }
  }

  /** One try; how long to rest before the next, in milliseconds. */
  private async sent(next: Pending): Promise<number> {
    try {
      await this.chat.begin();
      const message = next.file ? await this.upload(next, next.file) : await this.note(next);
      this.attempt = 0;
      this.pending = this.pending.filter((one) => one.key !== next.key);
      this.chat.taken(message);
      this.kept();
      return 0;
    } catch (error) {
      const refused = error instanceof CallError ? error : new CallError(0, 0, "");
      if (refused.status === 401) {
        this.chat.lost();
        return backoffMs(this.attempt++, Math.random());
      }
      if (refused.isPassing) {
        return Math.max(backoffMs(this.attempt++, Math.random()), refused.retryAfterMs);
      }
      next.failed = refused.status;
      this.kept();
      return 0;
    }
  }

  private note({ key, text, isQuestion }: Pending): Promise<Message> {
    const call = isQuestion ? "/offline" : "/message";
    return this.chat.desk.call<Message>("POST", call, { id: key, text });
  }

  /** By XMLHttpRequest, because `fetch` does not say how far it is. */
  private upload(one: Pending, file: File): Promise<Message> {
    const query = new URLSearchParams({ id: one.key, name: file.name, text: one.text });
    const { desk } = this.chat;
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", desk.url(`/file?${query.toString()}`));
      for (const [name, value] of Object.entries(desk.headers())) {
        request.setRequestHeader(name, value);
      }
      request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
      request.upload.onprogress = ({ loaded, total }) => {
        one.progress = total ? loaded / total : 0;
        this.chat.changed();
      };
      request.onerror = () => reject(new CallError(0, 0, ""));
      request.onload = () => {
        const { status, responseText } = request;
        if (status === 200) resolve(JSON.parse(responseText) as Message);
        else reject(refusal(status, request.getResponseHeader("Retry-After"), responseText));
      };
      request.send(file);
    });
  }
}
