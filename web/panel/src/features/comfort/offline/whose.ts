/** Whose messages wait in this tab: the offline page can't ask, and shows them to nobody else. */
const KEY = "opdesk.operator";

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** A browser that forbids storage keeps no messages either. */
export function rememberOperator(
  id: number | null,
  store: () => Store = () => sessionStorage,
): void {
  try {
    if (id === null) store().removeItem(KEY);
    else store().setItem(KEY, String(id));
  } catch {
    // See above.
  }
}

export function rememberedOperator(store: () => Store = () => sessionStorage): number | null {
  try {
    return Number(store().getItem(KEY)) || null;
  } catch {
    return null;
  }
}
