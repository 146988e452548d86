import { type Api, ProblemError } from "@shared/api/client";
import { expect, test, vi } from "vitest";
import { ref } from "vue";

import type { NoticePermission } from "../notices";
import { type Obstacle, type Subscription, textOf } from "./browser";
import { createPush } from "./push";

const KEY_BYTES = new Uint8Array(65).fill(251).buffer;
const OLD_BYTES = new Uint8Array(65).fill(5).buffer;
const KEY = textOf(KEY_BYTES);
const OLD_KEY = textOf(OLD_BYTES);

/** A browser whose subscriptions the test sees, and a server that knows one key. */
function start(given: {
  key?: string | null;
  present?: string | undefined;
  obstacle?: Obstacle;
  isWanted?: boolean;
  permission?: NoticePermission;
  answer?: NoticePermission;
}) {
  const { key = KEY, present, obstacle = null, answer = "granted" } = given;
  const permission = ref<NoticePermission>(given.permission ?? "granted");
  const asked: unknown[] = [];
  let wanted = given.isWanted ?? false;
  let subscription: Subscription | null = null;
  const subscribed = (to: string): Subscription => ({
    endpoint: `https://push.example/${to}`,
    options: { applicationServerKey: to === KEY ? KEY_BYTES : OLD_BYTES },
    toJSON: () => ({ keys: { p256dh: "AQID", auth: "BAUG" } }),
    async unsubscribe() {
      asked.push("unsubscribed");
      subscription = null;
      return true;
    },
  });
  if (present) subscription = subscribed(present);
  const request = vi.fn(async (method: string, path: string, options?: { body?: unknown }) => {
    if (method === "GET") return { key };
    asked.push([method, path, options?.body].filter((one) => one !== undefined));
    return method === "PUT" ? { id: 7 } : { outcome: "sent" };
  });
  const push = createPush({
    api: { request } as unknown as Api,
    browser: {
      obstacle: () => obstacle,
      find: async () => subscription,
      subscribe: async (to) => (subscription = subscribed(to)),
    },
    permission,
    async askPermission() {
      permission.value = answer;
      return answer === "granted";
    },
    language: () => "en",
    isWanted: () => wanted,
    setWanted: (isWanted) => (wanted = isWanted),
  });
  return { push, asked, request, isWanted: () => wanted };
}

const BODY = {
  endpoint: `https://push.example/${KEY}`,
  p256dh: "AQID",
  auth: "BAUG",
  key: KEY,
  language: "en",
};
const PUT = ["PUT", "/api/operator/push", BODY];

test("switched on, the browser subscribes and the server knows; off, neither does", async () => {
  const { push, asked, isWanted } = start({ permission: "default" });

  await push.turnOn();
  expect([push.state.value, asked, isWanted()]).toEqual(["on", [PUT], true]);
  expect(await push.tryIt()).toBe("sent");
  await push.turnOff();

  expect([push.state.value, isWanted()]).toEqual(["off", false]);
  expect(asked.slice(1)).toEqual([
    ["POST", "/api/operator/push/7/test"],
    "unsubscribed",
    ["DELETE", "/api/operator/push/7"],
  ]);
});

test("who opens the panel again says the same; a lost subscription is made anew", async () => {
  for (const present of [KEY, undefined]) {
    const { push, asked } = start({ present, isWanted: true });
    await push.renew();
    expect([push.state.value, asked]).toEqual(["on", [PUT]]);
  }
});

test("a subscription with another key gives way", async () => {
  const { push, asked } = start({ present: OLD_KEY, isWanted: true });

  await push.renew();

  expect([push.state.value, asked]).toEqual(["on", ["unsubscribed", PUT]]);
});

test.each([
  [{ obstacle: "insecure" }, "insecure"],
  [{ obstacle: "needsInstall" }, "needsInstall"],
  [{ permission: "denied", isWanted: true }, "denied"],
  [{ key: null }, "switchedOff"],
  [{}, "off"],
] as const)("nobody is asked for anything by opening the panel: %o", async (given, state) => {
  const { push, asked } = start(given);

  await push.renew();

  expect([push.state.value, asked]).toEqual([state, []]);
});

test("a server that is not reached is no failure of what nobody wanted", async () => {
  const states = [];
  for (const isWanted of [true, false]) {
    const { push, request } = start({ isWanted });
    request.mockRejectedValueOnce(new ProblemError({ status: 0 }));
    await push.renew();
    states.push(push.state.value);
  }

  expect(states).toEqual(["failed", "off"]);
});

test("a person who says no, and a browser that does not reach its service, are told apart", async () => {
  const refused = start({ permission: "default", answer: "denied" });
  await refused.push.turnOn();
  expect(refused.push.state.value).toBe("denied");

  const broken = start({});
  broken.request.mockRejectedValueOnce(new ProblemError({ status: 503 }));
  await broken.push.turnOn();
  expect([broken.push.state.value, broken.isWanted()]).toEqual(["failed", false]);
});

test.each([
  [404, "gone"],
  [429, "soon"],
  [503, "later"],
])("a test that the server answers with %i", async (status, outcome) => {
  const { push, request } = start({});
  await push.turnOn();
  request.mockRejectedValueOnce(new ProblemError({ status }));

  expect(await push.tryIt()).toBe(outcome);
});
