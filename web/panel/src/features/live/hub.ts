import type { LiveEvent } from "./events";
import type { Position } from "./position";
import type { Signal } from "./signals";

const SERVER_SILENCE_MS = 30_000;

/** As much of a hub connection as the panel needs. */
export interface Hub {
  start(): Promise<void>;
  subscribe(position: Position | null): Promise<Position>;
  /** The chat on screen; null: none. */
  reading(chatId: number | null): Promise<void>;
  typing(chatId: number): Promise<void>;
  /** Whether the page is on screen. */
  watching(isWatching: boolean): Promise<void>;
  stop(): Promise<void>;
}

export interface HubListener {
  onEvent(event: LiveEvent): void;
  onSignal(signal: Signal): void;
  /** Told once, however the connection ended. */
  onClosed(): void;
}

export type Connect = (listener: HubListener) => Promise<Hub>;

/** Connects to our own hub with Microsoft's client, as any program of a customer does. */
export function hubConnector(operatorId: () => number | null): Connect {
  return async (listener) => {
    const signalr = await import("@microsoft/signalr");
    const holder = operatorId();
    const headers: Record<string, string> =
      holder === null ? {} : { "X-OpDesk-Operator": String(holder) };
    const connection = new signalr.HubConnectionBuilder()
      .withUrl("/chathub", { headers })
      .withServerTimeout(SERVER_SILENCE_MS)
      .configureLogging(signalr.LogLevel.None)
      .build();
    connection.on("Event", (event: LiveEvent) => listener.onEvent(event));
    connection.on("Signal", (signal: Signal) => listener.onSignal(signal));
    connection.onclose(() => listener.onClosed());
    return {
      start: () => connection.start(),
      subscribe: (position) => connection.invoke<Position>("Subscribe", position),
      reading: (chatId) => connection.invoke("Reading", chatId),
      typing: (chatId) => connection.invoke("Typing", chatId),
      watching: (isWatching) => connection.invoke("Watching", isWatching),
      stop: () => connection.stop(),
    };
  };
}
