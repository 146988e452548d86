import { readonly, ref } from "vue";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly look: "problem" | "success";
  readonly action: ToastAction | null;
}

/** A button beside the sentence; the toast is gone once it was pressed. */
export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

const SHOWN_MS = 6000;
/** With something to press it stays long enough to be reached. */
const SHOWN_WITH_ACTION_MS = 12_000;
/** News by the dozen must not cover the page: the oldest make room. */
const MOST = 4;
const shown = ref<Toast[]>([]);
let lastId = 0;

export const toasts = readonly(shown);

/** Says a sentence at the foot of the page for six seconds, or twelve with a button. */
export function toast(
  text: string,
  look: Toast["look"] = "problem",
  action: ToastAction | null = null,
): void {
  lastId += 1;
  const id = lastId;
  const others = shown.value.filter((other) => other.text !== text);
  shown.value = [...others, { id, text, look, action }].slice(-MOST);
  setTimeout(() => dismiss(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
}

export function dismiss(id: number): void {
  shown.value = shown.value.filter((one) => one.id !== id);
}
