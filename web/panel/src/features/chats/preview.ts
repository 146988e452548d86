import { Author, type Message } from "@shared/api/model";

export interface Preview {
  /** A text's name among ours, where the message has no words of its own. */
  readonly key: string | null;
  readonly text: string;
  /** Whose words these are on our side: "me", "company", or a colleague's name; null: the client's. */
  readonly writer: "me" | "company" | { readonly name: string } | null;
}

const MEDIA_KEYS = ["file", "photo", "video", "audio", "sticker", "location", "contact"] as const;

/** One line that stands for a message in the list, as the operator `me` reads it. */
export function previewOf(message: Message | null, me: number | null): Preview | null {
  if (!message) return null;
  const writer = writerOf(message, me);
  const text = message.message.replace(/\s+/g, " ").trim();
  if (text) return { key: null, text, writer };
  if (message.isDeleted) return { key: "takenBack", text: "", writer };
  if (message.isUnsupported) return { key: "unsupported", text: "", writer };
  const kind = message.media ? MEDIA_KEYS[message.media.type] : undefined;
  return { key: kind ?? "unsupported", text: "", writer };
}

function writerOf(message: Message, me: number | null): Preview["writer"] {
  if (message.author !== Author.Operator && message.author !== Author.Bot) return null;
  if (!message.operator) return "company";
  return message.operator.id === me ? "me" : { name: message.operator.name };
}
