import { type Ref, ref, shallowRef } from "vue";

/** Something that a page reads: it is loading, failed, or there. */
export interface Loaded<T> {
  readonly state: Readonly<Ref<"loading" | "failed" | "ready">>;
  readonly value: Readonly<Ref<T | null>>;
  /** Reads it (again); what is shown stays until the answer is there. */
  load(): Promise<void>;
  /** Shows something that an answer brought along. */
  set(value: T): void;
}

/** Reads at once. Of several calls only the last one's answer is shown. */
export function useLoaded<T>(read: () => Promise<T>): Loaded<T> {
  const state = ref<"loading" | "failed" | "ready">("loading");
  const value = shallowRef<T | null>(null);
  let turn = 0;

  async function load(): Promise<void> {
    turn += 1;
    const mine = turn;
    if (value.value === null) state.value = "loading";
    try {
      const found = await read();
      if (mine === turn) set(found);
    } catch (error) {
      if (mine === turn && value.value === null) state.value = "failed";
      else if (mine === turn) throw error;
    }
  }

  function set(found: T): void {
    value.value = found;
    state.value = "ready";
  }

  void load();
  return { state, value, load, set };
}
