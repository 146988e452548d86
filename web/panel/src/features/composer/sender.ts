import { type Api, ProblemError } from "@shared/api/client";
import type { MediaId, Message } from "@shared/api/model";
import { backoffMs } from "@shared/net/backoff";
import { newKey } from "@shared/net/keys";
import { type Ref, shallowRef, watch } from "vue";

import { forget } from "./attachments";
import { failureOf } from "./failures";
import {
  answererNames,
  type Attachment,
  isUploading,
  nextToSend,
  type Outgoing,
  withoutArrived,
} from "./outgoing";
import type { Unsent } from "./unsent";

/** Tries before a person is asked; a repeat is safe because the key stays the same. */
const TRIES = 4;

export interface Sender {
  readonly outgoing: Readonly<Ref<readonly Outgoing[]>>;
  /** What goes back to its chat's composer, which takes it from here. */
  readonly returned: Ref<Outgoing | null>;
  /** Puts a message on screen and on its way. */
  send(
    chatId: number,
    text: string,
    attachment: Attachment | null,
    replyToId?: number | null,
  ): void;
  /** Tries again what has failed, or sends what was held all the same; the key stays the same. */
  retry(key: string): void;
  /** Takes a message back to be written anew. */
  edit(key: string): void;
  discard(key: string): void;
  /** Takes back a message whose file is still on its way: nothing of it is sent. */
  cancel(key: string): void;
  /** Messages that the server has: some may be ours, told before the answer. */
  noteMessages(messages: readonly Message[]): void;
  /** Shows again what this operator had not sent when the page was left; how many those are. */
  restore(): readonly Outgoing[];
}

export interface SenderWorld {
  author(): { readonly id: number; readonly name: string } | null;
  /** The newest message that is loaded in a chat. */
  newestId(chatId: number): number | null;
  onSent(message: Message): void;
  /** A colleague was faster: `missed` is what was written since, oldest first. */
  onHeld(held: Outgoing, missed: readonly Message[]): void;
  now(): number;
  wait(ms: number): Promise<void>;
  random(): number;
}

export function createSender(api: Api, world: SenderWorld, unsent: Unsent): Sender {
  const outgoing = shallowRef<readonly Outgoing[]>([]);
  const returned = shallowRef<Outgoing | null>(null);
  watch(outgoing, (now) => unsent.write(now), { flush: "sync" });

  function find(key: string): Outgoing | null {
    return outgoing.value.find((one) => one.key === key) ?? null;
  }

  function change(key: string, fields: Partial<Outgoing>): void {
    outgoing.value = outgoing.value.map((one) => (one.key === key ? { ...one, ...fields } : one));
  }

  function settle(next: readonly Outgoing[]): void {
    if (next === outgoing.value) return;
    const staying = new Set(next.map((one) => one.key));
    for (const one of outgoing.value) if (!staying.has(one.key)) forget(one.attachment);
    outgoing.value = next;
  }

  async function upload(one: Outgoing, attachment: Attachment): Promise<number> {
    if (one.mediaId !== null) return one.mediaId;
    const id = attachment.upload ? await attachment.upload.id() : await putWhole(attachment);
    change(one.key, { mediaId: id });
    return id;
  }

  async function putWhole({ file, name, type }: Attachment): Promise<number> {
    const query = { name, type };
    const { id } = await api.request<MediaId>("POST", "/api/media", { body: file, query });
    return id;
  }

  async function post(key: string): Promise<Message | null> {
    const one = find(key);
    if (!one) return null;
    const media = one.attachment ? { id: await upload(one, one.attachment) } : null;
    // It may have been taken back while its file was on its way.
    if (!find(key)) return null;
    return api.request("POST", `/api/chat/${one.chatId}/message`, {
      body: { textMessage: one.text, author: 0, media, ...foresightOf(one) },
      idempotencyKey: one.key,
    });
  }

  /** Null when the message was taken back meanwhile. */
  async function postWithRepeats(key: string): Promise<Message | null> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await post(key);
      } catch (error) {
        if (!find(key)) return null;
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
      const message = await postWithRepeats(one.key);
      settle(outgoing.value.filter((other) => other.key !== one.key));
      if (message) world.onSent(message);
    } catch (error) {
      stop(one.key, error);
    }
    await advance(chatId);
  }

  function stop(key: string, error: unknown): void {
    const missed = error instanceof ProblemError ? error.missed : null;
    if (!missed) return change(key, { state: "failed", failure: failureOf(error) });
    const heldBy = answererNames(missed, world.author()?.id ?? null);
    change(key, { state: "held", heldBy });
    const held = find(key);
    if (held) world.onHeld(held, missed);
  }

  return {
    outgoing,
    returned,
    send(chatId, text, attachment, replyToId = null) {
      const one: Outgoing = {
        key: newKey(),
        chatId,
        authorName: world.author()?.name ?? "",
        text,
        attachment,
        mediaId: null,
        lastSeenMessageId: world.newestId(chatId),
        replyToId,
        isForced: false,
        state: "waiting",
        heldBy: [],
        failure: null,
        createdAt: new Date(world.now()).toISOString(),
      };
      outgoing.value = [...outgoing.value, one];
      void advance(chatId);
    },
    retry(key) {
      const one = find(key);
      if (one?.state !== "failed" && one?.state !== "held") return;
      const isForced = one.isForced || one.state === "held";
      change(key, { state: "waiting", failure: null, heldBy: [], isForced });
      void advance(one.chatId);
    },
    edit(key) {
      const one = find(key);
      if (one?.state !== "failed" && one?.state !== "held") return;
      // Its file goes along, so it is not forgotten as a discarded one is.
      outgoing.value = outgoing.value.filter((other) => other.key !== key);
      returned.value = one;
    },
    discard: (key) => settle(outgoing.value.filter((one) => one.key !== key)),
    cancel(key) {
      const one = find(key);
      if (!one || !isUploading(one)) return;
      settle(outgoing.value.filter((other) => other.key !== key));
      // Its words are not lost with its file.
      if (one.text) returned.value = { ...one, attachment: null };
    },
    noteMessages: (messages) => settle(messages.reduce(withoutArrived, outgoing.value)),
    restore() {
      const known = new Set(outgoing.value.map((one) => one.key));
      const restored = unsent.read().filter((one) => !known.has(one.key));
      outgoing.value = [...restored, ...outgoing.value];
      return restored;
    },
  };
}

/** What it answers, and what lets the server hold it when a colleague has already answered. */
function foresightOf({ lastSeenMessageId, replyToId, isForced }: Outgoing): object {
  return {
    ...(replyToId === null ? {} : { replyToId }),
    ...(lastSeenMessageId === null ? {} : { lastSeenMessageId }),
    ...(isForced ? { force: true } : {}),
  };
}

/** Not reached, overloaded or restarting; anything else would only be refused again. */
function isWorthRepeating(error: unknown): boolean {
  return error instanceof ProblemError && [0, 429, 502, 503, 504].includes(error.status);
}
