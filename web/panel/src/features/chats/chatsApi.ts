import type { Api } from "@shared/api/client";
import type { Chat, ChatPage, ChatStatus, UnreadChats } from "@shared/api/model";

import type { ChatFilter } from "./chatWindow";

const PAGE_SIZE = 50;

export function fetchChats(
  api: Api,
  filter: ChatFilter,
  before: string | null,
  signal: AbortSignal,
): Promise<ChatPage> {
  return api.request("GET", "/api/chat/chats", {
    query: {
      ...queryOf(filter),
      per_page: PAGE_SIZE,
      before,
    },
    signal,
  });
}

function queryOf(filter: ChatFilter): Record<string, number | string | null> {
  return {
    status: filter.status,
    source: filter.source,
    operatorId: filter.operatorId,
    unassigned: filter.isUnassigned ? "true" : null,
    search: filter.search || null,
  };
}

/** How many chats match. */
export async function fetchTotal(api: Api, filter: ChatFilter): Promise<number | null> {
  const page = await api.request<ChatPage>("GET", "/api/chat/chats", {
    query: { ...queryOf(filter), per_page: 1 },
  });
  return page.total;
}

export function fetchChat(api: Api, chatId: number): Promise<Chat> {
  return api.request("GET", `/api/chat/${chatId}`);
}

export async function setStatus(api: Api, chatId: number, status: ChatStatus): Promise<void> {
  await api.request("PUT", "/api/chat/status", { body: { id: chatId, status } });
}

export async function markRead(api: Api, chatId: number): Promise<void> {
  await api.request("POST", `/api/chat/${chatId}/read`);
}

/** Chats with something unread, of the operator and of nobody. */
export async function fetchUnread(api: Api): Promise<readonly number[]> {
  return (await api.request<UnreadChats>("GET", "/api/chat/unread")).chatIds;
}
