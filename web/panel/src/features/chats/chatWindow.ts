import { Block, type Chat, type ChatStatus, type Message, type Source } from "@shared/api/model";

import { laterOf } from "../conversation/messageList";

/** What the list shows of the server's: the newest chats up to `next`, newest activity first. */
export interface ChatWindow {
  readonly chats: readonly Chat[];
  /** Where the following page begins; null when the last chat is loaded. */
  readonly next: string | null;
  readonly total: number;
}

/** A channel as chats name it; `source` null: it is not there any more, its chats are. */
export interface ListChannel {
  readonly id: number;
  readonly source: Source | null;
  readonly from: string;
}

/** What the list is narrowed to. */
export interface ChatFilter {
  readonly status: ChatStatus | null;
  readonly source: Source | null;
  readonly channel: ListChannel | null;
  /** Whose chats; null: everybody's. */
  readonly operatorId: number | null;
  /** Only what no operator has. */
  readonly isUnassigned: boolean;
  readonly tag: string | null;
  /** Days of the last activity, `2026-11-24` in the organization's time zone; "" for open ends. */
  readonly from: string;
  readonly to: string;
  /** Only blocked clients and spam, which are in no other list. */
  readonly isBlocked: boolean;
  /** Only clients who wait for an answer, the longest waiting first. */
  readonly isWaiting: boolean;
}

export const ALL: ChatFilter = {
  status: null,
  source: null,
  channel: null,
  operatorId: null,
  isUnassigned: false,
  tag: null,
  from: "",
  to: "",
  isBlocked: false,
  isWaiting: false,
};
export const EMPTY: ChatWindow = { chats: [], next: null, total: 0 };

/**
 * When something last happened in a chat, as the server sorts by it: an old message of the
 * customer's that came late counts from when it came.
 */
export function activityOf(chat: Chat): string {
  const last = chat.lastMessage?.createdAt ?? "";
  return last > chat.activeAt ? last : chat.activeAt;
}

/** Whether a chat is in the list but for what only the server can tell. */
function matches(chat: Chat, filter: ChatFilter): boolean {
  const tag = filter.tag?.toLocaleLowerCase();
  return (
    (chat.block !== Block.None) === filter.isBlocked &&
    (!filter.isWaiting || chat.waitingSince !== null) &&
    (tag === undefined || chat.tags.some((one) => one.toLocaleLowerCase() === tag)) &&
    (filter.status === null || filter.status === chat.chatStatus) &&
    (filter.source === null || filter.source === chat.messSource) &&
    (filter.channel === null || isOn(chat, filter.channel)) &&
    (filter.operatorId === null || filter.operatorId === chat.operator?.id) &&
    (!filter.isUnassigned || chat.operator === null)
  );
}

function isOn(chat: Chat, { source, from }: ListChannel): boolean {
  return source === null || (chat.messSource === source && chat.from === from);
}

/**
 * The chats as the list shows them: those that are pinned first, each once. What only the server
 * can find (days, a channel that is gone) it has found among the others: then nothing stands before
 * them.
 */
export function withPinned(
  window: ChatWindow,
  pinned: readonly Chat[],
  filter: ChatFilter,
): readonly Chat[] {
  if (isTheServersToTell(filter)) return window.chats;
  const first = pinned.filter((chat) => matches(chat, filter));
  const ids = new Set(first.map(({ id }) => id));
  return [...first, ...window.chats.filter(({ id }) => !ids.has(id))];
}

/** Whether a change can lead a chat into the list or out of it: its source stays for ever. */
function isChangeable(filter: ChatFilter): boolean {
  const { status, operatorId, tag } = filter;
  const isOneOf = status !== null || operatorId !== null || tag !== null;
  return isOneOf || filter.isUnassigned || filter.isBlocked || filter.isWaiting;
}

/** Which day it is where the organization works, and which chats a channel had, the server knows. */
function isTheServersToTell(filter: ChatFilter): boolean {
  return filter.from !== "" || filter.to !== "" || filter.channel?.source === null;
}

/** Adds the following page; chats that moved up meanwhile are not shown twice. */
export function addPage(window: ChatWindow, page: ChatWindow): ChatWindow {
  const known = new Set(window.chats.map((chat) => chat.id));
  const fresh = page.chats.filter((chat) => !known.has(chat.id));
  return { chats: [...window.chats, ...fresh], next: page.next, total: page.total };
}

/**
 * Takes over a chat that was created (`isNew`) or changed.
 *
 * `keepId` is the chat on screen: it stays in the list although it may no longer match the filter,
 * so that it does not vanish under the hands of the one who answers it. Whether an unknown chat
 * is of a span of days or of a channel that is gone only the server can tell: such a list never
 * gains chats by itself. The total grows by what was surely not counted: a new chat, or any while
 * every counted one is loaded.
 */
export function putChat(
  window: ChatWindow,
  chat: Chat,
  filter: ChatFilter,
  keepId: number | null,
  isNew = false,
): ChatWindow {
  const isLoaded = window.chats.some((known) => known.id === chat.id);
  const isIn = matches(chat, filter);
  if (!isLoaded && (!isIn || isTheServersToTell(filter))) return window;
  if (!isIn && chat.id !== keepId) return dropChat(window, chat.id);
  const others = window.chats.filter((known) => known.id !== chat.id);
  const at = placeOf(others, chat, filter);
  const isUncounted = !isLoaded && (isNew || window.next === null);
  const total = window.total + (isUncounted ? 1 : 0);
  if (!isLoaded && at === others.length && window.next !== null) return { ...window, total };
  return { ...window, chats: [...others.slice(0, at), chat, ...others.slice(at)], total };
}

/**
 * Whether only the server knows the total after a chat changed: it is on none of the loaded pages,
 * and its status or its operator may have led it into the filter or out of it.
 */
export function isTotalInDoubt(window: ChatWindow, chat: Chat, filter: ChatFilter): boolean {
  const isLoaded = window.chats.some((known) => known.id === chat.id);
  return !isLoaded && window.next !== null && isChangeable(filter) && !isTheServersToTell(filter);
}

/** Without what was only kept because it was on screen; `keepId` is there now. */
export function tidied(window: ChatWindow, filter: ChatFilter, keepId: number | null): ChatWindow {
  const strangers = window.chats.filter((chat) => chat.id !== keepId && !matches(chat, filter));
  return strangers.reduce((tidy, { id }) => dropChat(tidy, id), window);
}

export function dropChat(window: ChatWindow, chatId: number): ChatWindow {
  if (!window.chats.some((chat) => chat.id === chatId)) return window;
  const chats = window.chats.filter((chat) => chat.id !== chatId);
  return { ...window, chats, total: Math.max(chats.length, window.total - 1) };
}

/** The chat with `message` as its last one, or the same chat when it knows a later one. */
export function withLastMessage(chat: Chat, message: Message): Chat {
  const last = chat.lastMessage;
  if (last && last.id > message.id) return chat;
  const lastMessage = last?.id === message.id ? laterOf(last, message) : message;
  return { ...chat, lastMessage };
}

function placeOf(chats: readonly Chat[], chat: Chat, filter: ChatFilter): number {
  const isBefore = filter.isWaiting ? waitsLonger : isNewer;
  const at = chats.findIndex((other) => isBefore(chat, other));
  return at === -1 ? chats.length : at;
}

function isNewer(chat: Chat, other: Chat): boolean {
  const [activity, its] = [activityOf(chat), activityOf(other)];
  return activity === its ? chat.id > other.id : activity > its;
}

/** One that is only kept on screen waits no more: it stands behind all others. */
function waitsLonger(chat: Chat, other: Chat): boolean {
  if (chat.waitingSince === null || other.waitingSince === null) {
    return chat.waitingSince !== null;
  }
  return chat.waitingSince === other.waitingSince
    ? chat.id < other.id
    : chat.waitingSince < other.waitingSince;
}
