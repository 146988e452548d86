/** The conversation's files: asked for by the router, and a moment earlier by whoever nears a chat. */
export function loadConversation(): Promise<typeof import("./ConversationPage.vue")> {
  return import("./ConversationPage.vue");
}
