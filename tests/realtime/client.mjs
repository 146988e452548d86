// Microsoft's own client, driven by lines of JSON: each line in is a call, each line out an event.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [, , web, url, token] = process.argv;
const require = createRequire(`${web}/package.json`);
const { HubConnectionBuilder, LogLevel, HttpTransportType } = require("@microsoft/signalr");

const say = (kind, data) => process.stdout.write(`${JSON.stringify({ kind, data })}\n`);
const connection = new HubConnectionBuilder()
  .withUrl(url, { accessTokenFactory: () => token, transport: HttpTransportType.WebSockets })
  .configureLogging(LogLevel.Error)
  .build();

for (const name of [
  "ReceiveMessage",
  "ReceiveMediaMessage",
  "ChatStatusChanged",
  "MessageStatusChanged",
  "ChatCreated",
  "Event",
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
    say("result", await connection.invoke(target, ...args));
  } catch (error) {
    say("error", String(error.message));
  }
});
