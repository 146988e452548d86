import type { Component } from "vue";

/** The conversation's files: asked for by the router, and a moment earlier by whoever nears a chat. */
export function loadConversation(): Promise<{ default: Component }> {
  return import("./ConversationPage.vue");
}
