import { type Ref, shallowRef, watch } from "vue";

type Locks = Pick<LockManager, "request">;

/**
 * Whether this is the one tab of the browser that makes itself heard, among those that want to.
 *
 * When it goes, or wants no more, the next one takes its place. Without Web Locks (a page that is
 * neither HTTPS nor localhost) each tab counts as the one.
 */
export function createLeader(
  name: string,
  wants: Readonly<Ref<boolean>>,
  locks: Locks | undefined = navigator.locks as Locks | undefined,
): Readonly<Ref<boolean>> {
  const isLeader = shallowRef(false);
  let giveUp: (() => void) | null = null;

  function stand(): void {
    if (!locks) {
      isLeader.value = true;
      giveUp = () => (isLeader.value = false);
      return;
    }
    const leaving = new AbortController();
    let release: () => void = () => undefined;
    giveUp = () => {
      leaving.abort();
      release();
      isLeader.value = false;
    };
    const held = (): Promise<void> => {
      isLeader.value = true;
      return new Promise((resolve) => (release = resolve));
    };
    // Giving up while one waits rejects, and that is no failure.
    locks.request(name, { signal: leaving.signal }, held).catch(() => undefined);
  }

  watch(
    wants,
    (isWanted) => {
      giveUp?.();
      giveUp = null;
      if (isWanted) stand();
    },
    { immediate: true },
  );
  return isLeader;
}
