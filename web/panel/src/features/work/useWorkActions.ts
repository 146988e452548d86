import { ProblemError } from "@shared/api/client";
import { Block, type Chat, ChatStatus } from "@shared/api/model";
import { toast } from "@shared/ui/toasts";
import { type Ref, ref } from "vue";
import { useI18n } from "vue-i18n";

import { useDesk } from "../../desk";

export interface WorkActions {
  /** Something is on its way: nothing else is begun. */
  readonly isBusy: Readonly<Ref<boolean>>;
  take(): Promise<boolean>;
  give(operatorId: number | null, note: string): Promise<boolean>;
  setStatus(status: ChatStatus): Promise<boolean>;
  snooze(until: number): Promise<boolean>;
  close(tag: string | null): Promise<boolean>;
  setTags(tags: readonly string[]): Promise<boolean>;
  /** At the top of one's own list. */
  pin(isPinned: boolean): Promise<boolean>;
  setBlock(block: Block): Promise<boolean>;
}

/**
 * What the buttons of a chat do. Each says at the foot of the page what went wrong, and offers to
 * undo what is undone in one step. True when it was done.
 */
export function useWorkActions(chat: () => Chat): WorkActions {
  const { chats, work, session } = useDesk();
  const { t } = useI18n();
  const isBusy = ref(false);

  /** `conflict` is what a 409 says here. */
  async function attempt(change: () => Promise<void>, conflict = "failed.text"): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    try {
      await change();
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      toast(t(error.status === 409 ? conflict : "failed.text"));
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  /** `undo` is of this chat, whichever is on screen by then. */
  function offerUndo(text: string, undo: () => Promise<void>): void {
    const run = (): void => void undo().catch(() => toast(t("failed.text")));
    toast(text, "success", { label: t("work.undo"), run });
  }

  const clientOf = ({ client }: Chat): string => client.name || t("chat.nameless");

  const actions: WorkActions = {
    isBusy,
    take: () => actions.give(session.me.value?.operator.id ?? null, ""),
    give: (operatorId, note) => attempt(() => work.assign(chat().id, operatorId, note)),
    setStatus: (status) =>
      status === ChatStatus.Closed
        ? actions.close(null)
        : attempt(() => work.setStatus(chat().id, status)),
    snooze: (until) => attempt(() => work.snooze(chat().id, until)),
    async close(tag) {
      const { id, chatStatus } = chat();
      const text = t("work.closed", { client: clientOf(chat()) });
      const isDone = await attempt(() => work.close(id, tag));
      if (isDone && chatStatus !== ChatStatus.Closed) offerUndo(text, () => work.undoClose(id));
      return isDone;
    },
    setTags: (tags) => attempt(() => work.setTags(chat().id, tags)),
    pin: (isPinned) => attempt(() => chats.pins.set(chat().id, isPinned), "work.pinsFull"),
    async setBlock(block) {
      const { id, block: before } = chat();
      const isDone = await attempt(() => work.setBlock(id, block));
      if (isDone && block !== Block.None) {
        const key = block === Block.Spam ? "work.markedSpam" : "work.blocked";
        offerUndo(t(key, { client: clientOf(chat()) }), () => work.setBlock(id, before));
      }
      return isDone;
    },
  };
  return actions;
}
