/** What the server pushes (decision 21). `chatId` null: a click opens the list. */
export interface Pushed {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly chatId: number | null;
}

/** A browser that was woken must show something: what can't be read is told as such. */
const UNREADABLE: Pushed = { title: "OpDesk", body: "", tag: "opdesk", chatId: null };

export function pushedIn(text: string | undefined): Pushed {
  try {
    const { title, body, tag, chatId } = JSON.parse(text ?? "") as Record<string, unknown>;
    if (typeof title !== "string" || typeof body !== "string" || typeof tag !== "string")
      return UNREADABLE;
    return { title, body, tag, chatId: typeof chatId === "number" ? chatId : null };
  } catch {
    return UNREADABLE;
  }
}

/** The page that a click on a notice opens. */
export function pathOf(chatId: number | null): string {
  return chatId === null ? "/" : `/chats/${chatId}`;
}

/** Until a page says which language it has: the first of the browser's that is ours. */
export function languageOf(tags: readonly string[]): "uk" | "en" {
  const known = tags.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((one): one is "uk" | "en" => one === "uk" || one === "en") ?? "uk";
}
