import { onScopeDispose, type Ref, ref } from "vue";

/** Whole seconds that are left, down to 0. */
export function useCountdown(): { leftS: Readonly<Ref<number>>; start: (seconds: number) => void } {
  const leftS = ref(0);
  let timer: ReturnType<typeof setInterval> | undefined;

  function start(seconds: number): void {
    clearInterval(timer);
    const end = performance.now() + seconds * 1000;
    leftS.value = Math.ceil(seconds);
    timer = setInterval(() => {
      leftS.value = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      if (leftS.value === 0) clearInterval(timer);
    }, 250);
  }

  onScopeDispose(() => clearInterval(timer));
  return { leftS, start };
}
