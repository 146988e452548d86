import { type Ref, shallowRef } from "vue";

import type { Quote } from "./timeline";

const answering = new Map<number, Ref<Quote | null>>();

/** What the next message of a chat answers; it waits while another chat is on screen. */
export function replyIn(chatId: number): Ref<Quote | null> {
  const known = answering.get(chatId) ?? shallowRef<Quote | null>(null);
  answering.set(chatId, known);
  return known;
}

/** Whose message a quote shows, in words. */
export function wordsOf(quote: Quote, t: (key: string) => string): string {
  if (quote.side === "client") return t("quote.client");
  return quote.authorName ?? t("quote.own");
}
