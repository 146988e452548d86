import { Author, type MediaType, type Message } from "@shared/api/model";

import type { FileUpload } from "./uploads";

/** A message that is on screen and not yet at the server. */
export interface Outgoing {
  /** The idempotency key: whatever is repeated, the message is sent once. */
  readonly key: string;
  readonly chatId: number;
  /** The operator who writes: the name under which the server will show it. */
  readonly authorName: string;
  readonly text: string;
  readonly attachment: Attachment | null;
  /** The upload that the server has of the attachment: a repeat does not send the file again. */
  readonly mediaId: number | null;
  /** The newest message that was on screen when the person pressed send; null when none was. */
  readonly lastSeenMessageId: number | null;
  /** The message of the chat that it answers. */
  readonly replyToId: number | null;
  /** Sent even though a colleague has answered since: the person has seen that and insists. */
  readonly isForced: boolean;
  /** `held`: a colleague has answered since, and nothing is sent until the person decides. */
  readonly state: "waiting" | "sending" | "failed" | "held";
  /** Who has answered since, for `held`; empty when that was no colleague with a name. */
  readonly heldBy: readonly string[];
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
  /** Its way to the server, when that began before the message was sent. */
  readonly upload?: FileUpload;
}

export interface Failure {
  /** A reason that the panel has words for; null when only the server's words are known. */
  readonly code: FailureCode | null;
  readonly detail: string;
}

export type FailureCode =
  | "offline"
  | "too_large"
  | "throttled"
  | "read_only"
  /** The platform takes nothing now: its time to answer is over, say. */
  | "not_now"
  | "gone"
  | "file_gone"
  | "bad_file"
  | "too_long"
  | "server"
  /** The page was left while it was on its way: whether it arrived is not known. */
  | "interrupted"
  /** The same, and its file did not outlive the page; `detail` is the file's name. */
  | "file_lost";

/** Without what `message` shows to have arrived: the server's answer and its event race. */
export function withoutArrived(
  outgoing: readonly Outgoing[],
  message: Pick<Message, "chatId" | "clientMessageId">,
): readonly Outgoing[] {
  const isArrived = (one: Outgoing): boolean =>
    one.chatId === message.chatId && one.key === message.clientMessageId;
  return outgoing.some(isArrived) ? outgoing.filter((one) => !isArrived(one)) : outgoing;
}

/**
 * The next message to send in a chat: a chat's messages leave one by one, in their order. One that
 * waits for a person holds up nobody; those behind it carry what their writer had seen themselves.
 */
export function nextToSend(outgoing: readonly Outgoing[], chatId: number): Outgoing | null {
  const queue = outgoing.filter((one) => one.chatId === chatId && isUnderWay(one));
  const first = queue[0];
  return first && first.state === "waiting" ? first : null;
}

/** Whether its file is on its way: until it is there nothing of the message is. */
export function isUploading(one: Outgoing): boolean {
  const upload = one.attachment?.upload;
  return isUnderWay(one) && one.mediaId === null && upload?.state.value === "sending";
}

function isUnderWay(one: Outgoing): boolean {
  return one.state === "waiting" || one.state === "sending";
}

/** The colleagues who wrote one of `missed`, each once. */
export function answererNames(missed: readonly Message[], me: number | null): readonly string[] {
  const names = missed.flatMap(({ author, operator }) =>
    author === Author.Operator && operator && operator.id !== me ? [operator.name] : [],
  );
  return [...new Set(names)];
}
