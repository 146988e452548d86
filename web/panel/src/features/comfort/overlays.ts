import { ref } from "vue";

/** What lies over the page, one at a time. */
export type Overlay = "commands" | "keys" | "preferences";

export const overlay = ref<Overlay | null>(null);
