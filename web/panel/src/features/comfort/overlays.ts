import { ref } from "vue";

/** What lies over the page, one at a time. */
export type Overlay = "commands" | "keys" | "preferences";

export const overlay = ref<Overlay | null>(null);

/** What was typed for the command bar while it was on its way. */
export const typedAhead = ref("");
