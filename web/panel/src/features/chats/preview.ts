import { Author, type Message } from "@shared/api/model";

export interface Preview {
  /** A text's name among ours, where the message has no words of its own. */
  readonly key: string | null;
  readonly text: string;
  readonly isOurs: boolean;
}

const MEDIA_KEYS = ["file", "photo", "video", "audio", "sticker", "location", "contact"] as const;

/** One line that stands for a message in the list. */
export function previewOf(message: Message | null): Preview | null {
  if (!message) return null;
  const isOurs = message.author === Author.Operator || message.author === Author.Bot;
  const text = message.message.replace(/\s+/g, " ").trim();
  if (text) return { key: null, text, isOurs };
  if (message.isUnsupported) return { key: "unsupported", text: "", isOurs };
  const kind = message.media ? MEDIA_KEYS[message.media.type] : undefined;
  return { key: kind ?? "unsupported", text: "", isOurs };
}
