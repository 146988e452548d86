import { ProblemError } from "@shared/api/client";
import { type Chat, type Message } from "@shared/api/model";
import { computed, onScopeDispose, type Ref, ref, watch } from "vue";
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";

import { useDesk } from "../../desk";
import { fetchChat } from "../chats/chatsApi";
import { nameOf } from "../chats/naming";
import { previewOf } from "../chats/preview";
import { chime, unlockByGesture } from "./alarm";
import { isMineToHear } from "./alerts";
import { preferences } from "./appearance";
import { createLeader } from "./leader";
import { closeNotices, noticePermission, showNotice } from "./notices";
import { createSeen } from "./seen";

/** A client's message is heard and shown, by one tab, unless it is before somebody's eyes. */
export function useAlerts(): void {
  const { api, chats, latest, session } = useDesk();
  const { t } = useI18n();
  const router = useRouter();
  const hasFocus = useFocus();
  const looked = computed(() => (hasFocus.value ? (chats.open.value?.id ?? null) : null));
  const seen = createSeen(looked);
  watch(looked, (chatId) => void (chatId !== null && closeNotices(chatId)), { immediate: true });
  // Who can't be heard must not be the one who is to be.
  const isSounding = createLeader(
    "opdesk.sound",
    computed(() => preferences.now.value.hasSound && chime.state.value === "ready"),
  );
  const isShowing = createLeader(
    "opdesk.notices",
    computed(() => preferences.now.value.hasNotices && noticePermission.value === "granted"),
  );

  /** Only those of the list are known here; of a chat that is gone nothing is told. */
  async function chatOf(chatId: number): Promise<Chat | null> {
    const listed = chats.window.value.chats.find(({ id }) => id === chatId);
    if (listed) return listed;
    return fetchChat(api, chatId).catch((error: unknown) => {
      if (!(error instanceof ProblemError)) throw error;
      return null;
    });
  }

  async function alert(message: Message): Promise<void> {
    if (!isSounding.value && !isShowing.value) return;
    const chat = await chatOf(message.chatId);
    if (!chat || !isMineToHear(chat, session.me.value?.operator.id ?? null)) return;
    if (await seen.isSeen(chat.id)) return;
    if (isSounding.value) void chime.play();
    if (isShowing.value) await show(chat, message);
  }

  async function show(chat: Chat, message: Message): Promise<void> {
    const preview = previewOf(message, null);
    const text = preview?.key ? t(`kind.${preview.key}`) : (preview?.text ?? "");
    const title = nameOf(chat.client) ?? t("chat.nameless");
    await showNotice({ chatId: chat.id, title, text }, (chatId) => {
      void router.push({ name: "chat", params: { id: chatId } });
    });
  }

  // Each message by itself: two in one moment are of two chats.
  watch(latest, (message) => message && void alert(message), { flush: "sync" });
  onScopeDispose(unlockByGesture());
}

/** Whether this tab is the one that the person works in. */
function useFocus(): Readonly<Ref<boolean>> {
  const hasFocus = ref(document.hasFocus());
  const look = (): void => void (hasFocus.value = document.hasFocus());
  const EVENTS = ["focus", "blur", "visibilitychange"] as const;
  EVENTS.forEach((name) => addEventListener(name, look, true));
  onScopeDispose(() => EVENTS.forEach((name) => removeEventListener(name, look, true)));
  return hasFocus;
}
