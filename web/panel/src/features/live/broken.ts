import { computed, type ComputedRef, onScopeDispose, type Ref, ref, watch } from "vue";

import type { Live } from "./live";

/** Breaks shorter than this are nobody's concern. */
const PATIENCE_MS = 1200;
const TICK_MS = 250;

/** Whether a break lasts long enough to be told, and how many seconds are left to the next try. */
export function useBroken(live: Live): {
  readonly isBroken: Readonly<Ref<boolean>>;
  /** Null while no try is waited for. */
  readonly leftS: ComputedRef<number | null>;
} {
  const isBroken = ref(false);
  const now = ref(Date.now());
  let patience: ReturnType<typeof setTimeout> | undefined;
  let clock: ReturnType<typeof setInterval> | undefined;

  watch(
    () => live.state.value === "online",
    (isOnline) => {
      clearTimeout(patience);
      clearInterval(clock);
      isBroken.value = false;
      if (isOnline) return;
      patience = setTimeout(() => (isBroken.value = true), PATIENCE_MS);
      clock = setInterval(() => (now.value = Date.now()), TICK_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(patience);
    clearInterval(clock);
  });

  const leftS = computed(() => {
    const { value: at } = live.retryAt;
    return at === null ? null : Math.max(1, Math.ceil((at - now.value) / 1000));
  });
  return { isBroken, leftS };
}
