import { inject, type InjectionKey, provide, watch } from "vue";

import { useDesk } from "../../../desk";
import { preferences } from "../appearance";
import { askForNotices, noticePermission } from "../notices";
import { pushBrowser } from "./browser";
import { createPush, type Push } from "./push";

const PUSH: InjectionKey<Push> = Symbol("push");

/** The pushes of this browser, renewed for whoever signs in and in their language. */
export function providePush(): void {
  const { api, session, languages } = useDesk();
  const push = createPush({
    api,
    browser: pushBrowser,
    permission: noticePermission,
    askPermission: askForNotices,
    language: () => languages.current.value,
    isWanted: () => preferences.now.value.hasPush,
    setWanted: (hasPush) => preferences.change({ hasPush }),
  });
  provide(PUSH, push);
  const who = (): unknown[] => [session.me.value?.operator.id ?? null, languages.current.value];
  // Who does not want them costs no call; the settings look when they are opened.
  const isDue = (id: unknown): boolean => id !== null && preferences.now.value.hasPush;
  watch(who, ([id]) => void (isDue(id) && push.renew()), { immediate: true });
}

export function usePush(): Push {
  const push = inject(PUSH);
  if (!push) throw new Error("usePush() outside of the desk");
  return push;
}
