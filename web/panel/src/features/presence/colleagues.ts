import { shallowReactive } from "vue";

import type { Colleague, Presence } from "../live/signals";
import type { Timers } from "../live/timers";
import { type ByChat, move } from "./byChat";

/** So long a client counts as typing after the last word of it. */
const CLIENT_TYPES_MS = 6000;
const NOBODY: readonly Colleague[] = [];

export interface Colleagues {
  /** Takes over what the hub tells of one operator. */
  put(presence: Presence): void;
  clientTypes(chatId: number): void;
  /** The client's message is there: they are done with it. */
  clientWrote(chatId: number): void;
  /** Without a connection nobody knows who is where. */
  forget(): void;
  /** Colleagues who have the chat on screen. Reactive, as are the others below. */
  readers(chatId: number): readonly Colleague[];
  writers(chatId: number): readonly Colleague[];
  isClientTyping(chatId: number): boolean;
  /** The name of a colleague who is online. */
  nameOf(operatorId: number): string | null;
}

/** Who of the colleagues reads and writes where, and which clients type. `me` is not a colleague. */
export function createColleagues(
  me: () => number | null,
  timers: Pick<Timers, "wait">,
): Colleagues {
  const online = new Map<number, Presence>();
  // Reactive by chat: a row of the list is drawn anew only for news of its own chat.
  const readers: ByChat = shallowReactive(new Map());
  const writers: ByChat = shallowReactive(new Map());
  const typing = shallowReactive(new Map<number, () => void>());

  function clientWrote(chatId: number): void {
    const cut = typing.get(chatId);
    typing.delete(chatId);
    cut?.();
  }

  return {
    put(presence) {
      const { operator } = presence;
      if (operator.id === me()) return;
      const before = online.get(operator.id);
      const after = presence.isOnline ? presence : null;
      move(readers, operator, before?.reading ?? [], after?.reading ?? []);
      move(writers, operator, before?.writing ?? [], after?.writing ?? []);
      if (after) online.set(operator.id, after);
      else online.delete(operator.id);
    },
    clientTypes(chatId) {
      clientWrote(chatId);
      const { done, cut } = timers.wait(CLIENT_TYPES_MS);
      typing.set(chatId, cut);
      void done.then(() => {
        if (typing.get(chatId) === cut) typing.delete(chatId);
      });
    },
    clientWrote,
    forget() {
      online.clear();
      readers.clear();
      writers.clear();
      for (const chatId of [...typing.keys()]) clientWrote(chatId);
    },
    readers: (chatId) => readers.get(chatId) ?? NOBODY,
    writers: (chatId) => writers.get(chatId) ?? NOBODY,
    isClientTyping: (chatId) => typing.has(chatId),
    nameOf: (operatorId) => online.get(operatorId)?.operator.name ?? null,
  };
}
