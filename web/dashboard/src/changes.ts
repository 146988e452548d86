/**
 * The fields of a form that differ from what was there: only these are sent, so that what somebody
 * else saved meanwhile stays. Lists and objects are compared as JSON.
 */
export function changesOf<T extends object>(before: object, after: T): Partial<T> {
  const old = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(old.get(name)) !== JSON.stringify(value),
  );
  return Object.fromEntries(changed) as Partial<T>;
}
