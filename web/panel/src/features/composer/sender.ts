import { type Api, ProblemError } from "@shared/api/client";
import type { MediaId, Message } from "@shared/api/model";
import { backoffMs } from "@shared/net/backoff";
import { newKey } from "@shared/net/keys";
import { type Ref, shallowRef } from "vue";

import { forget } from "./attachments";
import {
  type Attachment,
  type Failure,
  nextToSend,
  type Outgoing,
  withoutArrived,
} from "./outgoing";

/** Tries before a person is asked; a repeat is safe because the key stays the same. */
const TRIES = 4;

export interface Sender {
  readonly outgoing: Readonly<Ref<readonly Outgoing[]>>;
  /** Puts a message on screen and on its way. */
  send(chatId: number, text: string, attachment: Attachment | null): void;
  retry(key: string): void;
  discard(key: string): void;
  /** A message that the hub told of: it may be one of ours, told before the answer. */
  noteMessage(message: Message): void;
}

export interface SenderWorld {
  authorName(): string;
  onSent(message: Message): void;
  now(): number;
  wait(ms: number): Promise<void>;
  random(): number;
}

export function createSender(api: Api, world: SenderWorld): Sender {
  const outgoing = shallowRef<readonly Outgoing[]>([]);
  /** Uploads that the server has, by message key: a retry does not send the file again. */
  const uploads = new Map<string, number>();

  function change(key: string, fields: Partial<Outgoing>): void {
    outgoing.value = outgoing.value.map((one) => (one.key === key ? { ...one, ...fields } : one));
  }

  function settle(next: readonly Outgoing[]): void {
    const staying = new Set(next.map((one) => one.key));
    for (const one of outgoing.value) {
      if (staying.has(one.key)) continue;
      forget(one.attachment);
      uploads.delete(one.key);
    }
    outgoing.value = next;
  }

  async function upload(one: Outgoing, attachment: Attachment): Promise<number> {
    const known = uploads.get(one.key);
    if (known !== undefined) return known;
    const { id } = await api.request<MediaId>("POST", "/api/media", {
      body: attachment.file,
      query: { name: attachment.name, type: attachment.type },
    });
    uploads.set(one.key, id);
    return id;
  }

  async function post(one: Outgoing): Promise<Message> {
    const media = one.attachment ? { id: await upload(one, one.attachment) } : null;
    return api.request("POST", `/api/chat/${one.chatId}/message`, {
      body: { textMessage: one.text, author: 0, media },
      idempotencyKey: one.key,
    });
  }

  async function postWithRepeats(one: Outgoing): Promise<Message> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await post(one);
      } catch (error) {
        if (!isWorthRepeating(error) || attempt + 1 >= TRIES) throw error;
        const asked = error instanceof ProblemError ? (error.retryAfterS ?? 0) * 1000 : 0;
        await world.wait(Math.max(asked, backoffMs(attempt, world.random())));
      }
    }
  }

  async function advance(chatId: number): Promise<void> {
    const one = nextToSend(outgoing.value, chatId);
    if (!one) return;
    change(one.key, { state: "sending" });
    try {
      const message = await postWithRepeats(one);
      settle(outgoing.value.filter((other) => other.key !== one.key));
      world.onSent(message);
    } catch (error) {
      change(one.key, { state: "failed", failure: failureOf(error) });
    }
    await advance(chatId);
  }

  return {
    outgoing,
    send(chatId, text, attachment) {
      const one: Outgoing = {
        key: newKey(),
        chatId,
        authorName: world.authorName(),
        text,
        attachment,
        state: "waiting",
        failure: null,
        createdAt: new Date(world.now()).toISOString(),
      };
      outgoing.value = [...outgoing.value, one];
      void advance(chatId);
    },
    retry(key) {
      const one = outgoing.value.find((other) => other.key === key);
      if (one?.state !== "failed") return;
      change(key, { state: "waiting", failure: null });
      void advance(one.chatId);
    },
    discard: (key) => settle(outgoing.value.filter((one) => one.key !== key)),
    noteMessage: (message) => settle(withoutArrived(outgoing.value, message)),
  };
}

/** Not reached, overloaded or restarting; anything else would only be refused again. */
function isWorthRepeating(error: unknown): boolean {
  return error instanceof ProblemError && [0, 429, 502, 503, 504].includes(error.status);
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof ProblemError)) return { code: null, detail: "" };
  return { code: codeOf(error), detail: error.detail };
}

function codeOf(error: ProblemError): Failure["code"] {
  const codes: Readonly<Record<number, Failure["code"]>> = {
    0: "offline",
    404: "gone",
    413: "too_large",
    429: "throttled",
  };
  return codes[error.status] ?? null;
}
