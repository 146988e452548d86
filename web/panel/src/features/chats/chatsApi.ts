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

/** The newest chats in which a text stands, whoever has them. */
export async function findChats(
  api: Api,
  text: string,
  signal: AbortSignal,
): Promise<readonly Chat[]> {
  const query = { search: text, per_page: PAGE_SIZE };
  return (await api.request<ChatPage>("GET", "/api/chat/chats", { query, signal })).items;
}

type Query = Record<string, number | string | readonly string[] | null>;

function queryOf(filter: ChatFilter): Query {
  return {
    status: filter.status,
    source: filter.source,
    channelId: filter.channel?.id ?? null,
    operatorId: filter.operatorId,
    unassigned: filter.isUnassigned ? "true" : null,
    tag: filter.tag,
    waiting: filter.isWaiting ? "true" : null,
    blocked: filter.isBlocked ? "true" : null,
    date: daysOf(filter),
  };
}

/** A span that is open at its beginning has one long ago: the first value always is the "from". */
function daysOf({ from, to }: ChatFilter): readonly string[] {
  if (from === "" && to === "") return [];
  return to === "" ? [from] : [from || "2000-01-01", to];
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
