import type { CanSend, Chat } from "@shared/api/model";
import { computed, type Ref } from "vue";
import { useI18n } from "vue-i18n";

import { useDesk } from "../../desk";

const NEAR_MS = 4 * 3_600_000;

/** What stands in the way of a message to the client, and until when nothing does, in words. */
export function usePermission(chat: () => Chat | null, allowed: Readonly<Ref<CanSend | null>>) {
  const { dates } = useDesk();
  const { t } = useI18n();

  /** Null when it may be written. */
  const hindrance = computed(() => {
    const open = chat();
    if (open !== null && !open.isWritable) return t("composer.readOnly");
    return allowed.value?.canSend === false ? (allowed.value.text ?? "") : null;
  });
  /** Only once the end is near or past the platform's usual time. */
  const deadline = computed(() => {
    const { until, isLate } = allowed.value ?? {};
    if (!until || hindrance.value !== null) return null;
    const isNear = Date.parse(until) - Date.now() < NEAR_MS;
    if (!isLate && !isNear) return null;
    return t(isLate ? "allowed.late" : "allowed.until", { time: dates.value.full(until) });
  });
  return { hindrance, deadline };
}
