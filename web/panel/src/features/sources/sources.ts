import { Source } from "@shared/api/model";

export interface SourceLook {
  /** A name of its own: the same in every language. */
  readonly name: string;
  /** Background of its sign, dark enough for a white glyph. */
  readonly color: string;
  /** The glyph, in a square of 24. */
  readonly glyph: string;
}

const PHONE =
  "M8.1 6.6c-.5-.6-1.3-.6-1.8-.1l-.7.8c-.6.7-.8 1.6-.5 2.4 1.5 4.2 4.9 7.5 9.1 9 .9.3 1.8.1 2.5-.5l.7-.7c.5-.5.5-1.3-.1-1.8l-1.9-1.5c-.5-.4-1.2-.4-1.6.1l-.6.7a10 10 0 0 1-4.5-4.5l.7-.6c.5-.4.5-1.1.1-1.6z";

export const SOURCES: Readonly<Record<Source, SourceLook>> = {
  [Source.Viber]: { name: "Viber", color: "#7360f2", glyph: PHONE },
  [Source.ViberBot]: {
    name: "Viber Bot",
    color: "#5f48d9",
    glyph:
      "M12 4a1 1 0 0 1 1 1v2h2.5A3.5 3.5 0 0 1 19 10.5v4a3.5 3.5 0 0 1-3.5 3.5H13l-3.5 2.8V18h-1A3.5 3.5 0 0 1 5 14.5v-4A3.5 3.5 0 0 1 8.5 7H11V5a1 1 0 0 1 1-1zM9 11v2.5h1.8V11zm4.2 0v2.5H15V11z",
  },
  [Source.TelegramBot]: {
    name: "Telegram",
    color: "#2187c4",
    glyph:
      "M19.3 5.2 4.5 11c-.7.3-.7 1.2 0 1.4l3.7 1.2 1.4 4.4c.2.6.9.7 1.3.3l2-1.9 3.7 2.7c.5.4 1.2.1 1.3-.5l2.5-12.4c.1-.7-.5-1.2-1.1-1zM9.5 13.3l7-4.6-5.6 5.6-.3 2.2z",
  },
  [Source.Whatsapp]: { name: "WhatsApp", color: "#1a8f4c", glyph: PHONE },
  [Source.Widget]: {
    name: "Widget",
    color: "#0f6657",
    glyph:
      "M6.5 5h11A2.5 2.5 0 0 1 20 7.5v6a2.5 2.5 0 0 1-2.5 2.5H13l-4 3.5V16H6.5A2.5 2.5 0 0 1 4 13.5v-6A2.5 2.5 0 0 1 6.5 5z",
  },
  [Source.Rozetka]: {
    name: "Rozetka",
    color: "#00853d",
    glyph:
      "M8.5 8a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zm7 0a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zM6.6 13.2h10.8c0 3-2.4 5.3-5.4 5.3s-5.4-2.3-5.4-5.3z",
  },
  [Source.Facebook]: {
    name: "Facebook",
    color: "#0866ff",
    glyph:
      "M13.4 20v-6.6h2.3l.4-2.8h-2.7V8.9c0-.8.4-1.5 1.6-1.5h1.2V5c-.6-.1-1.3-.2-2-.2-2.2 0-3.6 1.3-3.6 3.7v2.1H8.2v2.8h2.4V20z",
  },
  [Source.Instagram]: {
    name: "Instagram",
    color: "#c32aa3",
    glyph:
      "M8.5 5h7A3.5 3.5 0 0 1 19 8.5v7a3.5 3.5 0 0 1-3.5 3.5h-7A3.5 3.5 0 0 1 5 15.5v-7A3.5 3.5 0 0 1 8.5 5zM12 8.7a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6zm4-1.5a.9.9 0 1 0 0 1.8.9.9 0 0 0 0-1.8z",
  },
};
