import { computed, onMounted, onScopeDispose, type Ref, ref, watch } from "vue";

import { useDesk } from "../../desk";

/** The text of a chat's next message, kept in this tab at once and on the server a bit later. */
function useDraftText(chatId: number): Ref<string> {
  const { drafts, serverDrafts } = useDesk();
  const text = ref(drafts.read(chatId));

  watch(text, (words) => {
    drafts.write(chatId, words);
    serverDrafts.note(chatId, words);
  });

  /** What this operator wrote elsewhere comes in, unless something was begun here meanwhile. */
  async function read(): Promise<void> {
    const before = text.value;
    const there = await serverDrafts.read(chatId).catch(() => before);
    if (text.value === before) text.value = there;
  }

  function onVisible(): void {
    if (document.visibilityState === "visible") void read();
  }

  onMounted(() => void read());
  addEventListener("visibilitychange", onVisible);
  onScopeDispose(() => {
    removeEventListener("visibilitychange", onVisible);
    serverDrafts.flush();
  });
  return text;
}

/** What stands in the field: a message for the client, or a note for colleagues; both wait. */
export function useTexts(chatId: number) {
  const message = useDraftText(chatId);
  const note = ref("");
  const isNote = ref(false);
  const text = computed({
    get: () => (isNote.value ? note.value : message.value),
    set: (words) => void ((isNote.value ? note : message).value = words),
  });
  return { text, message, isNote };
}
