import type { components } from "@shared/api/types";

type Schemas = components["schemas"];
export type Config = Schemas["WidgetOut"];
export type Message = Schemas["VisitorMessageOut"];
export type Synced = Schemas["SyncOut"];
export type History = Schemas["HistoryOut"];

/** The server refused; `status` 0: it did not answer. */
export class CallError extends Error {
  readonly status: number;
  readonly retryAfterMs: number;

  constructor(status: number, retryAfterMs: number, message: string) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same may work later: no answer, too fast, or the server's own trouble. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const ANSWER_MS = 20_000;

/** The widget's calls of one desk: no cookies, the visitor's token in a header. */
export class DeskCalls {
  token: string | null = null;

  readonly address: string;
  private readonly key: string;

  constructor(address: string, key: string) {
    this.address = address;
    this.key = key;
  }

  url(call: string): string {
    return `${this.address}/api/widget/${this.key}${call}`;
  }

  headers(): Record<string, string> {
    return this.token ? { "X-OpDesk-Visitor": this.token } : {};
  }

  /** `waitMs`: how much longer than usual an answer may take. */
  async call<T>(
    method: "GET" | "POST",
    call: string,
    body?: unknown,
    { signal, waitMs = 0 }: { signal?: AbortSignal; waitMs?: number } = {},
  ): Promise<T> {
    const given: RequestInit = {
      method,
      headers: this.headers(),
      credentials: "omit",
      mode: "cors",
      cache: "no-store",
    };
    if (body !== undefined) {
      given.headers = { ...this.headers(), "Content-Type": "application/json" };
      given.body = JSON.stringify(body);
    }
    // A connection that died while the machine slept never says so.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), ANSWER_MS + waitMs);
    signal?.addEventListener("abort", () => late.abort());
    given.signal = late.signal;
    try {
      const response = await fetch(this.url(call), given);
      const text = await response.text();
      if (!response.ok) {
        const header = response.headers.get("Retry-After");
        throw refusal(response.status, header, text);
      }
      return (text ? JSON.parse(text) : undefined) as T;
    } catch (error) {
      throw error instanceof CallError ? error : new CallError(0, 0, "no answer");
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What a refusal says, from its status, `Retry-After` and body. */
export function refusal(status: number, retryAfter: string | null, body: string): CallError {
  let detail = "";
  try {
    detail = String((JSON.parse(body) as { detail?: unknown }).detail ?? "");
  } catch {
    // Not ours: a proxy's page.
  }
  return new CallError(status, (Number(retryAfter) || 0) * 1000, detail);
}
