import type { Message } from "./model";
import type { components } from "./types";

/** `missed`: what a held send has not seen; only its 409 carries it. `needsCode`: at a sign-in. */
type Problem = components["schemas"]["Problem"] & { missed?: unknown; needsCode?: unknown };

/** An answer of the server that is not a success (RFC 9457), or no answer at all (status 0). */
export class ProblemError extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** What others wrote meanwhile, oldest first, when a send was held because of it; else null. */
  readonly missed: readonly Message[] | null;
  /** The password was right, and a code of the second factor is missing or wrong. */
  readonly needsCode: boolean;
  /** Seconds to wait before another try, when the server said so. */
  readonly retryAfterS: number | null;

  constructor(problem: Partial<Problem> & { status: number }, retryAfterS: number | null = null) {
    super(problem.detail ?? problem.title ?? `status ${problem.status}`);
    this.name = "ProblemError";
    this.status = problem.status;
    this.title = problem.title ?? "";
    this.detail = problem.detail ?? "";
    this.errors = problem.errors ?? {};
    this.missed = problem.status === 409 ? missedOf(problem.missed) : null;
    this.needsCode = problem.needsCode === true;
    this.retryAfterS = retryAfterS;
  }

  /** The server was not reached: whether it did anything is unknown. */
  get isOffline(): boolean {
    return this.status === 0;
  }
}

function missedOf(missed: unknown): readonly Message[] | null {
  return Array.isArray(missed) ? (missed as Message[]) : null;
}

type QueryValue = string | number | readonly string[] | null | undefined;

export interface RequestOptions {
  /** Sent as JSON, except a Blob, which is sent as it is. */
  body?: unknown;
  /** A list stands once for each of its values. */
  query?: Readonly<Record<string, QueryValue>>;
  /** Makes a repeated POST answer as the first one did. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** The caller deals with a 401 itself: it is an answer there, not the end of the session. */
  expects401?: boolean;
}

export interface Api {
  request<T>(method: string, path: string, options?: RequestOptions): Promise<T>;
}

export interface ApiConfig {
  fetch: typeof fetch;
  /** The operator the page was loaded for; null before anyone is known. */
  operatorId(): number | null;
  onSignedOut(): void;
  onOtherOperator(): void;
}

const OTHER_OPERATOR = "Another operator is signed in";

export function createApi(config: ApiConfig): Api {
  return {
    async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
      const response = await send(config, method, path, options);
      if (response.ok) return (await bodyOf(response)) as T;
      const problem = await problemOf(response);
      // A field that is wrong (one's own password, asked for once more) does not end a session.
      const isSignedOut = problem.status === 401 && !Object.keys(problem.errors).length;
      if (isSignedOut && !options.expects401) config.onSignedOut();
      if (problem.status === 409 && problem.title === OTHER_OPERATOR) config.onOtherOperator();
      throw problem;
    },
  };
}

async function send(
  config: ApiConfig,
  method: string,
  path: string,
  options: RequestOptions,
): Promise<Response> {
  const init: RequestInit = { method, headers: headersOf(config, options) };
  if (options.body !== undefined) init.body = encoded(options.body);
  if (options.signal) init.signal = options.signal;
  try {
    return await config.fetch(path + queryOf(options.query), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ProblemError({ status: 0 });
  }
}

function headersOf(config: ApiConfig, options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const operatorId = config.operatorId();
  if (operatorId !== null) headers["X-OpDesk-Operator"] = String(operatorId);
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  if (options.body instanceof Blob) {
    headers["Content-Type"] = options.body.type || "application/octet-stream";
  } else if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  return headers;
}

function encoded(body: unknown): BodyInit {
  return body instanceof Blob ? body : JSON.stringify(body);
}

/** `?a=1&b=2` without what is null or undefined; "" when nothing is left. */
export function queryOf(query: RequestOptions["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    valuesOf(value).map((one) => [name, one]),
  );
  return pairs.length ? `?${new URLSearchParams(pairs).toString()}` : "";
}

function valuesOf(value: QueryValue): readonly string[] {
  if (value === null || value === undefined) return [];
  return typeof value === "object" ? value : [String(value)];
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return text ? (JSON.parse(text) as unknown) : undefined;
}

async function problemOf(response: Response): Promise<ProblemError> {
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const retryAfterS = Number.isNaN(wait) ? null : wait;
  const body = await bodyOf(response).catch(() => undefined);
  return new ProblemError(
    { ...(body as Problem | undefined), status: response.status },
    retryAfterS,
  );
}
