import type { Api } from "@shared/api/client";
import type { CanSend, Chat } from "@shared/api/model";
import type { Language } from "@shared/i18n";
import { onScopeDispose, type Ref, type ShallowRef, shallowRef, watch } from "vue";

/** The browser's longest timer, about 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Whether the platform takes a message in the open chat, asked again whenever that may have
 * changed: the client wrote, the channel was switched, the time to answer ended. Null until it is
 * known; what can't be asked stays as it was, because the server refuses in any case.
 */
export function useAllowance(
  api: Api,
  chat: () => Chat | null,
  language: Ref<Language>,
): Readonly<ShallowRef<CanSend | null>> {
  const allowed = shallowRef<CanSend | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  async function ask(chatId: number): Promise<void> {
    const turn = ++asked;
    const found = await api
      .request<CanSend>("GET", `/api/chat/${chatId}/can-send`, {
        query: { language: language.value },
      })
      .catch(() => null);
    if (!found || turn !== asked) return;
    allowed.value = found;
    clearTimeout(timer);
    if (found.until === null) return;
    const left = Date.parse(found.until) - Date.now() + 1000;
    timer = setTimeout(() => void ask(chatId), Math.min(Math.max(left, 1000), LONGEST_MS));
  }

  watch(
    () => [chat()?.id, chat()?.isWritable, chat()?.updatedAt, language.value] as const,
    ([chatId], before) => {
      if (before && before[0] !== chatId) allowed.value = null;
      if (chatId !== undefined) void ask(chatId);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return allowed;
}
