import type { MediaType, Message } from "@shared/api/model";

/** A message that is on screen and not yet at the server. */
export interface Outgoing {
  /** The idempotency key: whatever is repeated, the message is sent once. */
  readonly key: string;
  readonly chatId: number;
  /** The operator who writes: the name under which the server will show it. */
  readonly authorName: string;
  readonly text: string;
  readonly attachment: Attachment | null;
  readonly state: "waiting" | "sending" | "failed";
  /** Why it failed, for `failed`. */
  readonly failure: Failure | null;
  readonly createdAt: string;
}

export interface Attachment {
  readonly file: Blob;
  readonly name: string;
  readonly type: MediaType;
  /** A `blob:` address for the preview of a photo; revoked when the message has left. */
  readonly previewUri: string | null;
}

export interface Failure {
  /** A reason that the panel has words for; null when only the server's words are known. */
  readonly code: "offline" | "too_large" | "throttled" | "read_only" | "gone" | null;
  readonly detail: string;
}

/** Without what `message` shows to have arrived: the server's answer and its event race. */
export function withoutArrived(
  outgoing: readonly Outgoing[],
  message: Pick<Message, "chatId" | "clientMessageId">,
): readonly Outgoing[] {
  const isArrived = (one: Outgoing): boolean =>
    one.chatId === message.chatId && one.key === message.clientMessageId;
  return outgoing.some(isArrived) ? outgoing.filter((one) => !isArrived(one)) : outgoing;
}

/** The next message to send in a chat: a chat's messages leave one by one, in their order. */
export function nextToSend(outgoing: readonly Outgoing[], chatId: number): Outgoing | null {
  const queue = outgoing.filter((one) => one.chatId === chatId && one.state !== "failed");
  const first = queue[0];
  return first && first.state === "waiting" ? first : null;
}
