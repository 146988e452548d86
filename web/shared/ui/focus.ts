import { type Ref, watch } from "vue";

/**
 * Where the keyboard goes on when a dialog closes: what had the focus before, or, for one that was
 * opened by a menu's item, which is gone by then, the button of that menu. The answer is for the
 * dialog's `closeAutoFocus`.
 */
export function useFocusBack(isOpen: Readonly<Ref<boolean>>): (event: Event) => void {
  let before: HTMLElement | null = null;
  watch(isOpen, (isShown) => isShown && (before = focused()), { immediate: true, flush: "sync" });

  return (event) => {
    if (!before?.isConnected || before === document.body) return;
    event.preventDefault();
    before.focus();
  };
}

function focused(): HTMLElement | null {
  const active = document.activeElement;
  const button = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return button ? document.getElementById(button) : (active as HTMLElement | null);
}
