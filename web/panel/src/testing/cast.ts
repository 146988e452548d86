/** Chats and messages for tests: only what a test speaks about is named there. */
import {
  Author,
  Block,
  type CanSend,
  type Chat,
  ChatStatus,
  type Message,
  MessageStatus,
  Source,
} from "@shared/api/model";

import type { Outgoing } from "../features/composer/outgoing";

export function chat(id: number, fields: Partial<Chat> = {}): Chat {
  return {
    id,
    theme: null,
    messSource: Source.TelegramBot,
    from: "demo_bot",
    chatStatus: ChatStatus.New,
    countUnread: 0,
    operator: null,
    organization: { id: 1, name: "Kyiv" },
    client: { id, name: `Client ${id}`, phone: null, photo: null },
    lastMessage: null,
    isWritable: true,
    tags: [],
    pausedUntil: null,
    wokeAt: null,
    waitingSince: null,
    orderNumber: null,
    block: Block.None,
    createdAt: at(id),
    updatedAt: at(id),
    activeAt: at(id),
    ...fields,
  };
}

export function message(id: number, fields: Partial<Message> = {}): Message {
  return {
    id,
    chatId: 1,
    message: `text ${id}`,
    phone: null,
    author: Author.Client,
    operator: null,
    status: MessageStatus.Success,
    error: null,
    media: null,
    isEdited: false,
    isUnsupported: false,
    clientMessageId: null,
    position: id,
    replyToId: null,
    reaction: null,
    isDeleted: false,
    attempt: 1,
    place: null,
    card: null,
    line: null,
    createdAt: at(id),
    ...fields,
  };
}

export function canSend(limits: Partial<CanSend["limits"]> = {}): CanSend {
  return {
    canSend: true,
    reason: null,
    text: null,
    until: null,
    hasTemplates: false,
    isLate: false,
    limits: {
      textChars: 4096,
      captionChars: 1024,
      textBytes: null,
      photoBytes: 1e7,
      videoBytes: 5e7,
      audioBytes: 5e7,
      fileBytes: 5e7,
      ...limits,
    },
    sends: [0, 1, 2, 3],
  };
}

export function outgoing(key: string, fields: Partial<Outgoing> = {}): Outgoing {
  return {
    key,
    chatId: 1,
    authorName: "Alice",
    text: key,
    attachment: null,
    mediaId: null,
    lastSeenMessageId: null,
    replyToId: null,
    isForced: false,
    state: "waiting",
    heldBy: [],
    failure: null,
    createdAt: at(0),
    ...fields,
  };
}

/** `minute` minutes after noon of 23 November 2026, UTC. */
export function at(minute: number): string {
  return new Date(Date.UTC(2026, 10, 23, 12, minute)).toISOString();
}
