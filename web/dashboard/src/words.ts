import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

/** What `LoadedPart` says; `loading` where a page has something better to say than "Loading". */
export function useLoadedWords(
  loading = "loading",
): ComputedRef<{ loading: string; failed: string; retry: string }> {
  const { t } = useI18n();
  return computed(() => ({ loading: t(loading), failed: t("failed"), retry: t("retry") }));
}
