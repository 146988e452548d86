// @vitest-environment happy-dom
import { ProblemError } from "@shared/api/client";
import { expect, test, vi } from "vitest";
import { ref } from "vue";

import type { Session } from "./features/session/session";
import { createPanelRouter } from "./router";

function start(load: () => Promise<boolean>) {
  const interrupted = ref<string | null>(null);
  const onSignedIn = vi.fn(() => Promise.resolve());
  const session = { me: ref(null), load } as unknown as Session;
  return { router: createPanelRouter(session, interrupted, onSignedIn), interrupted, onSignedIn };
}

test("a server that is down interrupts the way, which can be gone on with", async () => {
  let isDown = true;
  const { router, interrupted } = start(() =>
    isDown ? Promise.reject(new ProblemError({ status: 503 })) : Promise.resolve(false),
  );

  await router.push("/chats/5?link=x");
  expect(interrupted.value).toBe("/chats/5?link=x");

  isDown = false;
  await router.replace(interrupted.value ?? "");
  expect(interrupted.value).toBeNull();
  expect(router.currentRoute.value.fullPath).toBe("/login?next=/chats/5?link=x");
});

test("the sign-in page leads on who is signed in, unless it has something to say", async () => {
  const { router, onSignedIn } = start(() => Promise.resolve(true));

  await router.push("/login?next=/nowhere");
  expect(router.currentRoute.value.fullPath).toBe("/nowhere");

  await router.push("/login?reason=expired");
  expect(router.currentRoute.value.name).toBe("login");
  expect(onSignedIn).not.toHaveBeenCalled();
});
