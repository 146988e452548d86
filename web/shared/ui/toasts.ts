import { readonly, ref } from "vue";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly look: "problem" | "success";
}

const SHOWN_MS = 6000;
const shown = ref<Toast[]>([]);
let lastId = 0;

export const toasts = readonly(shown);

/** Says a sentence at the foot of the page for six seconds. */
export function toast(text: string, look: Toast["look"] = "problem"): void {
  lastId += 1;
  const id = lastId;
  shown.value = [...shown.value.filter((other) => other.text !== text), { id, text, look }];
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  shown.value = shown.value.filter((one) => one.id !== id);
}
