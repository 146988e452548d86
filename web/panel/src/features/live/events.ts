import type { Chat, Message } from "@shared/api/model";

import type { Numbered } from "./position";

/** A chat that was given to an operator, or taken from all of them. */
export interface Assignment {
  readonly chat: Chat;
  readonly operatorId: number | null;
  /** Null: the company did it. */
  readonly byOperatorId: number | null;
}

/** An operator was called into a chat by a note, or has looked there (`isNew` 0). */
export interface MentionChange {
  readonly chatId: number;
  readonly operatorId: number;
  readonly isNew: number;
}

/** An operator has pinned a chat, or not any more (`isPinned` 0). */
export interface PinChange {
  readonly chatId: number;
  readonly operatorId: number;
  readonly isPinned: number;
}

/** What the hub's `Event` brings. */
export type LiveEvent = Numbered &
  (
    | { readonly type: "chatCreated" | "chatChanged"; readonly data: Chat }
    | { readonly type: "chatAssigned"; readonly data: Assignment }
    | { readonly type: "chatRemoved"; readonly data: { readonly id: number } }
    | { readonly type: "messageCreated" | "messageChanged"; readonly data: Message }
    | { readonly type: "organizationChanged"; readonly data: { readonly id: number } }
    | { readonly type: "noteCreated"; readonly data: { readonly chatId: number } }
    | { readonly type: "mentionChanged"; readonly data: MentionChange }
    | { readonly type: "pinChanged"; readonly data: PinChange }
    | { readonly type: "upToDate"; readonly data: { readonly at: string } }
    | { readonly type: "reload"; readonly data: object }
  );

/** Those that tell of chats; the others are about the connection. */
export type ChatEvent = Exclude<LiveEvent, { readonly type: "upToDate" | "reload" }>;
