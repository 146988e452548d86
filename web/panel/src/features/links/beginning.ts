import type { Api } from "@shared/api/client";
import { ProblemError } from "@shared/api/client";
import type { Chat, LinkChannel } from "@shared/api/model";
import { type Ref, ref, shallowRef } from "vue";

/** Why no chat was begun; each has a sentence in the locales. */
export type BeginFailure = "offline" | "server" | "channel" | "phone";

export interface Beginning {
  /** The channel whose chat is on its way; null: none. */
  readonly busy: Readonly<Ref<number | null>>;
  readonly failed: Readonly<
    Ref<{ readonly channel: LinkChannel; readonly why: BeginFailure } | null>
  >;
  /** The chat with the link's phone; null when it failed, or another is on its way already. */
  begin(channel: LinkChannel, phone: string): Promise<Chat | null>;
}

/** Begins a chat on one of a link's channels. The server answers the same chat however often. */
export function createBeginning(api: Api): Beginning {
  const busy = ref<number | null>(null);
  const failed = shallowRef<{ channel: LinkChannel; why: BeginFailure } | null>(null);

  async function begin(channel: LinkChannel, phone: string): Promise<Chat | null> {
    if (busy.value !== null) return null;
    busy.value = channel.id;
    failed.value = null;
    try {
      return await api.request<Chat>("POST", "/api/chat", {
        body: { channelId: channel.id, phone },
      });
    } catch (error) {
      failed.value = { channel, why: failureOf(error) };
      return null;
    } finally {
      busy.value = null;
    }
  }
  return { busy, failed, begin };
}

function failureOf(error: unknown): BeginFailure {
  if (!(error instanceof ProblemError)) throw error;
  if (error.isOffline) return "offline";
  if ("phone" in error.errors) return "phone";
  return "channelId" in error.errors || error.status === 404 ? "channel" : "server";
}
