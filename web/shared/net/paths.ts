/**
 * `next` when it is a path of this site, else `fallback`.
 *
 * "//host" and "/\host" are other sites to a browser, which also drops tabs and newlines before it
 * looks; so the path must begin with one slash and hold no control character.
 */
export function ownPath(next: unknown, fallback = "/"): string {
  if (typeof next !== "string" || !/^\/(?![/\\])/.test(next)) return fallback;
  return /[\u0000-\u001f\u007f]/.test(next) ? fallback : next;
}

/** The sign-in page's address that leads back to `path` and tells why it is shown. */
export function loginPath(path: string, reason: string | null): string {
  const query = new URLSearchParams();
  if (ownPath(path) !== "/") query.set("next", path);
  if (reason) query.set("reason", reason);
  return query.size ? `/login?${query.toString()}` : "/login";
}

/** A file's signed address on this very origin: the server may have named another of its own. */
export function ownFile(uri: string): string {
  return /^https?:/.test(uri) ? new URL(uri).pathname : uri;
}
