import { type Api, ProblemError } from "@shared/api/client";
import {
  type Block,
  type Chat,
  ChatStatus,
  type Operator,
  OperatorStatus,
} from "@shared/api/model";

import type { Chats } from "../chats/chats";
import { fetchChat } from "../chats/chatsApi";

/** What an operator does with a chat as a whole. Each reads the chat anew; all may throw ProblemError. */
export interface Work {
  /** Active operators of the organization, by name. */
  people(): Promise<readonly Operator[]>;
  /** Gives a chat to an operator, or to the queue (null). */
  assign(chatId: number, operatorId: number | null, note?: string): Promise<void>;
  setStatus(chatId: number, status: ChatStatus): Promise<void>;
  /** Puts a chat aside until a moment (ms). */
  snooze(chatId: number, until: number): Promise<void>;
  close(chatId: number, tag: string | null): Promise<void>;
  undoClose(chatId: number): Promise<void>;
  setTags(chatId: number, tags: readonly string[]): Promise<void>;
  setBlock(chatId: number, block: Block): Promise<void>;
}

export function createWork(
  api: Api,
  chats: Pick<Chats, "put" | "drop">,
  organizationId: () => number,
): Work {
  /** A chat that went out of this operator's sight is gone from the page as well. */
  async function refresh(chatId: number): Promise<void> {
    try {
      chats.put(await fetchChat(api, chatId));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.status === 404) chats.drop(chatId);
    }
  }

  async function change(
    method: string,
    path: string,
    chatId: number,
    body?: object,
  ): Promise<void> {
    await api.request(method, path, body ? { body } : {});
    await refresh(chatId);
  }

  const putStatus = (id: number, status: ChatStatus, more: object = {}): Promise<void> =>
    change("PUT", "/api/chat/status", id, { id, status, ...more });

  return {
    async people() {
      const query = { organizationId: organizationId() };
      const found = await api.request<readonly Operator[]>("GET", "/api/operator", { query });
      return found
        .filter(({ status }) => status === OperatorStatus.Active)
        .toSorted((one, other) => one.name.localeCompare(other.name));
    },
    assign: (id, operatorId, note = "") =>
      change("PUT", "/api/chat/operator", id, { id, operatorId, note: note.trim() || null }),
    setStatus: putStatus,
    snooze: (id, until) =>
      putStatus(id, ChatStatus.OnPause, { until: new Date(until).toISOString() }),
    close: (id, tag) => putStatus(id, ChatStatus.Closed, { tag }),
    undoClose: (id) => change("POST", `/api/chat/${id}/undo-close`, id),
    setTags: (id, tags) => change("PUT", `/api/chat/${id}/tags`, id, { tags }),
    setBlock: (id, block) => change("PUT", "/api/chat/block", id, { id, block }),
  };
}

/** Who has a chat, from a reader's point of view. */
export function holderOf(chat: Chat, me: number | null): "nobody" | "me" | "colleague" {
  if (chat.operator === null) return "nobody";
  return chat.operator.id === me ? "me" : "colleague";
}
