import {
  Author,
  type Card,
  type Line,
  type Media,
  type Message,
  MessageStatus,
  type Note,
  type Place,
} from "@shared/api/model";

import { type Failure, isUploading, type Outgoing } from "../composer/outgoing";
import type { FileUpload } from "../composer/uploads";
import type { PendingNote } from "../notes/notes";

/** How far a message of ours has come; null for messages of others. */
export type Delivery =
  | "sending"
  | "failed"
  | "held"
  | "queued"
  | "uncertain"
  | "sent"
  | "delivered"
  | "read"
  | "rejected";

export type Side = "client" | "own" | "system";

/** The message that another one answers, as far as it is loaded. */
export interface Quote {
  readonly id: number;
  readonly side: Side;
  readonly authorName: string | null;
  /** Empty for a message without words. */
  readonly text: string;
  /** The message is older than what is loaded: nothing else is known of it. */
  readonly isEarlier?: true;
}

/** One message as it is drawn, whether the server has it already or not. */
export interface Bubble {
  readonly kind: "bubble";
  /** Stays the same when a message on its way becomes the server's. */
  readonly key: string;
  /** The server's id; null for a message on its way. */
  readonly id: number | null;
  readonly side: Side;
  readonly author: "operator" | "bot" | "client" | "system";
  readonly authorName: string | null;
  readonly text: string;
  readonly media: Media | null;
  /** A point on the map, and where a browser shows it. */
  readonly place: (Place & { readonly uri: string }) | null;
  readonly card: Card | null;
  readonly quote: Quote | null;
  /** The client's reaction to it. */
  readonly reaction: string | null;
  /** The client took it back: nothing is left of it. */
  readonly isDeleted: boolean;
  readonly delivery: Delivery | null;
  /** The channel's reason for a rejected message. */
  readonly error: string | null;
  /** Why a message on its way failed. */
  readonly failure: Failure | null;
  /** Its file's way to the server, as long as that is not over. */
  readonly upload?: FileUpload | null;
  /** Who has answered since, when a message is held. */
  readonly heldBy: readonly string[];
  readonly isEdited: boolean;
  readonly isUnsupported: boolean;
  /** What the system tells, for a message of its own. */
  readonly line?: Line | null;
  /** It is a note for colleagues, which no client ever sees. */
  readonly note?: NoteLook;
  readonly at: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export interface NoteLook {
  /** Who is called, as the text names them. */
  readonly names: readonly string[];
  /** Null once the server has it. */
  readonly state: "sending" | "failed" | null;
}

export interface DaySeparator {
  readonly kind: "day";
  readonly key: string;
  readonly at: string;
}

export type TimelineItem = Bubble | DaySeparator;

/** Messages of one author closer than this stand together. */
const GROUP_MS = 5 * 60_000;

const DELIVERY: Readonly<Record<MessageStatus, Delivery>> = {
  [MessageStatus.New]: "queued",
  [MessageStatus.Success]: "sent",
  [MessageStatus.Delivered]: "delivered",
  [MessageStatus.Read]: "read",
  [MessageStatus.Rejected]: "rejected",
};

/** Messages, then what is on its way, with a separator before each day of the organization. */
export function timelineOf(
  messages: readonly Message[],
  outgoing: readonly Outgoing[],
  dayOf: (iso: string) => string,
  notes: readonly Note[] = [],
  pendingNotes: readonly PendingNote[] = [],
): readonly TimelineItem[] {
  const arrived = new Set(messages.map((message) => message.clientMessageId));
  const onTheWay = outgoing.filter((one) => !arrived.has(one.key));
  const byId = new Map(messages.map((message) => [message.id, message]));
  const placed = [
    ...messages.map((message) => ({
      position: message.position,
      bubble: bubbleOf(message, quoteOf(message.replyToId, byId)),
    })),
    ...notes.map((note) => ({ position: note.position, bubble: noteBubble(note) })),
  ];
  // Messages come in their order; the sort is stable and only finds the notes their places.
  if (notes.length > 0) placed.sort((one, other) => one.position - other.position);
  const bubbles = [
    ...placed.map(({ bubble }) => bubble),
    ...pendingNotes.map(pendingBubble),
    ...onTheWay.map((one) => outgoingBubble(one, quoteOf(one.replyToId, byId))),
  ];
  const items: TimelineItem[] = [];
  let day = "";
  bubbles.forEach((bubble, index) => {
    const itsDay = dayOf(bubble.at);
    if (itsDay !== day) items.push({ kind: "day", key: `day-${itsDay}`, at: bubble.at });
    const follows = itsDay === day && isGrouped(bubbles[index - 1], bubble);
    const next = bubbles[index + 1];
    const isFollowed = isGrouped(bubble, next) && !!next && dayOf(next.at) === itsDay;
    items.push({ ...bubble, isFirst: !follows, isLast: !isFollowed });
    day = itsDay;
  });
  return items;
}

function isGrouped(one: Bubble | undefined, next: Bubble | undefined): boolean {
  if (!one || !next || one.side === "system" || one.note || next.note) return false;
  const isSameAuthor =
    one.side === next.side && one.author === next.author && one.authorName === next.authorName;
  return isSameAuthor && Math.abs(Date.parse(next.at) - Date.parse(one.at)) < GROUP_MS;
}

const BARE = {
  kind: "bubble",
  id: null,
  side: "own",
  author: "operator",
  media: null,
  place: null,
  card: null,
  quote: null,
  reaction: null,
  isDeleted: false,
  delivery: null,
  error: null,
  failure: null,
  heldBy: [],
  isEdited: false,
  isUnsupported: false,
  isFirst: true,
  isLast: true,
} as const satisfies Partial<Bubble>;

function noteBubble(note: Note): Bubble {
  return {
    ...BARE,
    key: note.clientNoteId ?? `note-${note.id}`,
    authorName: note.operator?.name ?? null,
    text: note.text,
    note: { names: note.mentions.map(({ name }) => name), state: null },
    at: note.createdAt,
  };
}

function pendingBubble({ key, text, authorName, createdAt, state }: PendingNote): Bubble {
  return { ...BARE, key, text, authorName, note: { names: [], state }, at: createdAt };
}

function quoteOf(id: number | null, byId: ReadonlyMap<number, Message>): Quote | null {
  if (id === null) return null;
  const message = byId.get(id);
  if (!message) return { id, side: "client", authorName: null, text: "", isEarlier: true };
  return {
    id: message.id,
    side: sideOf(message.author),
    authorName: message.operator?.name ?? null,
    text: message.message.replace(/\s+/g, " ").trim(),
  };
}

function bubbleOf(message: Message, quote: Quote | null): Bubble {
  const side = sideOf(message.author);
  return {
    kind: "bubble",
    key: message.clientMessageId ?? String(message.id),
    id: message.id,
    side,
    author: AUTHORS[message.author],
    authorName: message.operator?.name ?? null,
    text: message.message,
    media: message.place || message.card ? null : message.media,
    place: message.place && { ...message.place, uri: message.media?.uri ?? "" },
    card: message.card,
    quote,
    reaction: message.reaction,
    isDeleted: message.isDeleted,
    delivery: side === "own" ? deliveryOf(message) : null,
    error: message.error,
    failure: null,
    heldBy: [],
    isEdited: message.isEdited,
    isUnsupported: message.isUnsupported,
    line: message.line,
    at: message.createdAt,
    isFirst: true,
    isLast: true,
  };
}

const AUTHORS = {
  [Author.Operator]: "operator",
  [Author.Client]: "client",
  [Author.Bot]: "bot",
  [Author.System]: "system",
} as const;

function sideOf(author: Author): Side {
  if (author === Author.Client) return "client";
  return author === Author.System ? "system" : "own";
}

function deliveryOf(message: Message): Delivery {
  const isUncertain = message.status === MessageStatus.New && message.error === "uncertain";
  return isUncertain ? "uncertain" : DELIVERY[message.status];
}

/** Whether the customer may have it all the same: one asks before sending it again. */
export function mayHaveArrived(bubble: Bubble): boolean {
  return bubble.delivery === "uncertain" || bubble.error === "dropped";
}

function outgoingBubble(outgoing: Outgoing, quote: Quote | null): Bubble {
  return {
    ...BARE,
    key: outgoing.key,
    authorName: outgoing.authorName,
    text: outgoing.text,
    media: outgoingMedia(outgoing),
    quote,
    delivery: outgoing.state === "waiting" ? "sending" : outgoing.state,
    failure: outgoing.failure,
    upload: isUploading(outgoing) ? (outgoing.attachment?.upload ?? null) : null,
    heldBy: outgoing.heldBy,
    at: outgoing.createdAt,
  };
}

function outgoingMedia({ attachment }: Outgoing): Media | null {
  if (!attachment) return null;
  return {
    uri: attachment.previewUri,
    name: attachment.name,
    format: attachment.name.split(".").at(-1) ?? "",
    type: attachment.type,
    size: attachment.file.size,
    state: "ready",
  };
}
