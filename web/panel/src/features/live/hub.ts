import type { Connect, LiveEvent } from "./live";
import type { Position } from "./position";

const SERVER_SILENCE_MS = 30_000;

/** Connects to our own hub with Microsoft's client, as any program of a customer does. */
export function hubConnector(operatorId: () => number | null): Connect {
  return async (onEvent, onClosed) => {
    const signalr = await import("@microsoft/signalr");
    const holder = operatorId();
    const headers: Record<string, string> =
      holder === null ? {} : { "X-OpDesk-Operator": String(holder) };
    const connection = new signalr.HubConnectionBuilder()
      .withUrl("/chathub", { headers })
      .withServerTimeout(SERVER_SILENCE_MS)
      .configureLogging(signalr.LogLevel.None)
      .build();
    connection.on("Event", (event: LiveEvent) => onEvent(event));
    connection.onclose(() => onClosed());
    return {
      start: () => connection.start(),
      subscribe: (position) => connection.invoke<Position>("Subscribe", position),
      stop: () => connection.stop(),
    };
  };
}
