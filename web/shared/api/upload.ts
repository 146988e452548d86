import { ProblemError } from "./client";

export interface UploadOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/**
 * Posts a file as it is and answers what the server says. `fetch` can't tell how far a body has
 * come, so this is the one request that it doesn't make. Raises ProblemError.
 */
export function postFile<T>(path: string, file: Blob, options: UploadOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(options.headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => {
      if (total > 0) options.onProgress(loaded / total);
    };
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as T);
      else reject(problemOf(request, body));
    };
    request.onerror = () => reject(new ProblemError({ status: 0 }));
    request.onabort = () => reject(new DOMException("the upload was cancelled", "AbortError"));
    options.signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function problemOf(request: XMLHttpRequest, body: unknown): ProblemError {
  const wait = Number.parseInt(request.getResponseHeader("Retry-After") ?? "", 10);
  const told = typeof body === "object" && body !== null ? body : {};
  return new ProblemError({ ...told, status: request.status }, Number.isNaN(wait) ? null : wait);
}
