import { formatSize } from "@shared/format/size";
import { LOCALES } from "@shared/i18n";
import { toast } from "@shared/ui/toasts";
import { shallowRef, watch } from "vue";
import { useI18n } from "vue-i18n";

import { useDesk } from "../../desk";
import { forget, startedOf } from "./attachments";
import type { Attachment } from "./outgoing";

/** The files that go with a chat's next message; each is on its way as soon as it is chosen. */
export function useFiles(chatId: number) {
  const { session, drafts, languages, putFile } = useDesk();
  const { t } = useI18n();
  const files = shallowRef<readonly Attachment[]>(drafts.files(chatId));
  watch(files, (now) => drafts.keepFiles(chatId, now), { flush: "sync" });

  /** Whether there were any. */
  function add(chosen: FileList | readonly File[] | null | undefined): boolean {
    if (!chosen || chosen.length === 0) return false;
    const most = session.me.value?.maxFileBytes ?? Infinity;
    const fitting = [...chosen].filter((file) => file.size <= most);
    if (fitting.length < chosen.length) {
      const size = formatSize(most, LOCALES[languages.current.value]);
      toast(t("composer.tooLarge", { size }));
    }
    files.value = [...files.value, ...fitting.map((file) => startedOf(file, putFile))];
    return true;
  }

  function remove(file: Attachment): void {
    forget(file);
    files.value = files.value.filter((one) => one !== file);
  }

  /** A file of a message that comes back to be written anew. */
  function putBack(file: Attachment | null): void {
    if (file) files.value = [...files.value, file];
  }

  /** Hands the files over to the messages that carry them. */
  function take(): readonly Attachment[] {
    const taken = files.value;
    files.value = [];
    return taken;
  }

  return { files, add, remove, putBack, take };
}
