import { onScopeDispose, type Ref, ref } from "vue";

/** Whether there is room for a column beside the conversation. */
export function useIsWide(): Readonly<Ref<boolean>> {
  const media = matchMedia("(min-width: 80rem)");
  const isWide = ref(media.matches);
  const follow = (): void => void (isWide.value = media.matches);
  media.addEventListener("change", follow);
  onScopeDispose(() => media.removeEventListener("change", follow));
  return isWide;
}
