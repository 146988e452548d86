// Microsoft's own client, driven by lines of JSON: each line in is a call, each line out an event.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [, , web, url, token, wish] = process.argv;
const { transport, protocol, isStateful } = JSON.parse(wish);
const require = createRequire(`${web}/package.json`);
const { HubConnectionBuilder, LogLevel, HttpTransportType } = require("@microsoft/signalr");
const { MessagePackHubProtocol } = require("@microsoft/signalr-protocol-msgpack");

const say = (kind, data) => process.stdout.write(`${JSON.stringify({ kind, data })}\n`);
const builder = new HubConnectionBuilder()
  .withUrl(url, { accessTokenFactory: () => token, transport: HttpTransportType[transport] })
  .configureLogging(LogLevel.Error);
if (protocol === "messagepack") builder.withHubProtocol(new MessagePackHubProtocol());
if (isStateful) builder.withStatefulReconnect();
const connection = builder.build();

for (const name of [
  "ReceiveMessage",
  "ReceiveMediaMessage",
  "ChatStatusChanged",
  "MessageStatusChanged",
  "ChatCreated",
  "Event",
  "Signal",
]) {
  connection.on(name, (...args) => say(name, args));
}
connection.onclose((error) => {
  say("closed", error ? String(error.message) : null);
  process.exit(0);
});

try {
  await connection.start();
  say("started", connection.connectionId);
} catch (error) {
  say("refused", String(error.message));
  process.exit(0);
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const [target, ...args] = JSON.parse(line);
  if (target === "stop") {
    await connection.stop();
    return;
  }
  try {
    say("result", (await connection.invoke(target, ...args)) ?? null);
  } catch (error) {
    say("error", String(error.message));
  }
});
