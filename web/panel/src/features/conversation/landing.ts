import { ProblemError } from "@shared/api/client";
import { toast } from "@shared/ui/toasts";
import { nextTick, onScopeDispose, type Ref, ref, type ShallowRef, watch } from "vue";
import { useI18n } from "vue-i18n";

import { useDesk } from "../../desk";
import type { Conversation } from "./conversations";

const SHOWN_MS = 1600;
/** So far away one still glides to the newest message. */
const NEAR_SCREENS = 2;

interface Place {
  readonly scroller: Readonly<ShallowRef<HTMLElement | null>>;
  readonly conversation: () => Conversation;
  /** The message that the address asks for. */
  readonly messageId: () => number | null;
  onMissing(): void;
  /** One has left an asked-for message for the newest. */
  onNewest(): void;
  /** What is in sight may be others now. */
  onMoved(): void;
}

interface Landing {
  /** The message that is lit up. */
  readonly pointedId: Readonly<Ref<number | null>>;
  land(messageId: number): Promise<void>;
  toNewest(): Promise<void>;
  loadNewer(): Promise<void>;
}

export function motion(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

/** Goes to any message of a chat and from there to the newest, without a jump on the way. */
export function useLanding(place: Place): Landing {
  const { conversations, search, sender } = useDesk();
  const { t } = useI18n();
  const { scroller, conversation } = place;
  const pointedId = ref<number | null>(null);
  let pointing: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(pointing));

  const find = (messageId: number | undefined): Element | null =>
    scroller.value?.querySelector(`[data-message-id="${messageId}"]`) ?? null;

  async function show(messageId: number, behavior: ScrollBehavior): Promise<void> {
    await nextTick();
    find(messageId)?.scrollIntoView({ block: "center", behavior });
    pointedId.value = messageId;
    clearTimeout(pointing);
    pointing = setTimeout(() => (pointedId.value = null), SHOWN_MS);
    place.onMoved();
  }

  /** Into the middle, lit up; far away, the messages around it are loaded. */
  async function land(messageId: number): Promise<void> {
    const isNear = find(messageId) !== null;
    try {
      const isThere = await conversations.loadAround(conversation().chatId, messageId);
      if (isThere) await show(messageId, isNear ? motion() : "auto");
      else if (conversation().state !== "gone") place.onMissing();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      toast(t("failed.text"));
    }
  }

  async function toNewest(): Promise<void> {
    place.onNewest();
    if (!conversation().hasNewer) {
      const box = scroller.value;
      const isNear = box !== null && -box.scrollTop < NEAR_SCREENS * box.clientHeight;
      // A long way is no sight, and what is loaded meanwhile would end it half-way.
      box?.scrollTo({ top: 0, behavior: isNear ? motion() : "auto" });
      return;
    }
    await conversations.loadNewest(conversation().chatId);
    await nextTick();
    scroller.value?.scrollTo({ top: 0 });
    place.onMoved();
  }

  let isLoading = false;

  async function loadNewer(): Promise<void> {
    if (isLoading) return;
    isLoading = true;
    try {
      await holdStill(scroller.value, () => conversations.loadNewer(conversation().chatId));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      toast(t("failed.text"));
    } finally {
      isLoading = false;
    }
  }

  watch(
    () => [place.messageId(), search.chosen.value] as const,
    ([messageId]) => messageId !== null && void land(messageId),
    { immediate: true },
  );
  // Who writes wants to see it stand behind the newest.
  watch(
    () => sender.outgoing.value.filter(({ chatId }) => chatId === conversation().chatId).length,
    (count, before) => count > before && conversation().hasNewer && void toNewest(),
  );
  return { pointedId, land, toNewest, loadNewer };
}

/** What is in sight stays where it is when newer messages come in below it. */
async function holdStill(box: HTMLElement | null, load: () => Promise<void>): Promise<void> {
  if (!box) return load();
  // The box keeps its distance from the end: the end moves away by what is put there.
  box.style.overflowAnchor = "none";
  const height = (): number => box.scrollHeight;
  const before = height();
  try {
    await load();
    await nextTick();
    box.scrollTop -= height() - before;
  } finally {
    requestAnimationFrame(() => (box.style.overflowAnchor = ""));
  }
}
