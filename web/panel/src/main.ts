import "./panel.css";
import "./features/comfort/appearance";

import { createApi } from "@shared/api/client";
import { createLanguages } from "@shared/i18n";
import { createApp, ref } from "vue";

import App from "./App.vue";
import { createDesk, deskKey } from "./desk";
import { keepForOffline } from "./features/comfort/offline/register";
import { rememberOperator } from "./features/comfort/offline/whose";
import { createSession, whoIsSignedIn } from "./features/session/session";
import { createPanelRouter } from "./router";

let isLeaving = false;
const session = createSession(
  () => api,
  {
    here: () => location.pathname + location.search,
    leave(path) {
      isLeaving = true;
      rememberOperator(null);
      desk.live.stop();
      location.assign(path);
    },
  },
  () => Date.now(),
  whoIsSignedIn,
);
const api = createApi({
  fetch: (input, init) => fetch(input, init),
  operatorId: () => session.me.value?.operator.id ?? null,
  onSignedOut: () => session.end(),
  onOtherOperator: () => void session.yield(),
});
const languages = createLanguages({
  uk: () => import("./locales/uk.json"),
  en: () => import("./locales/en.json"),
});
const isVisible = ref(document.visibilityState === "visible");
const desk = createDesk(api, session, languages, {
  isVisible,
  open: (chatId) => void router.push({ name: "chat", params: { id: chatId } }),
});
const interrupted = ref<string | null>(null);
const router = createPanelRouter(session, interrupted, async () => {
  await languages.show(languages.preferred(session.me.value?.organization.language ?? null));
  rememberOperator(session.me.value?.operator.id ?? null);
  desk.restoreUnsent();
  desk.live.start();
});

// Closing the tab would lose what is not yet at the server; a sign-in in it brings that back.
addEventListener("beforeunload", (event) => {
  const isUnsent = desk.sender.outgoing.value.length > 0 || desk.drafts.hasFiles();
  if (isUnsent && !isLeaving) event.preventDefault();
});
addEventListener("online", () => desk.live.hurry());
addEventListener("focus", () => desk.live.hurry());
document.addEventListener("visibilitychange", () => {
  isVisible.value = document.visibilityState === "visible";
  if (isVisible.value) desk.live.hurry();
});
// A deployment replaced the files that this page would load next: the new page has them.
addEventListener("vite:preloadError", () => location.reload());

await languages.show(languages.preferred(null));
createApp(App, { interrupted })
  .use(languages.i18n)
  .use(router)
  .provide(deskKey, desk)
  .mount("#app");
keepForOffline((chatId) => void router.push({ name: "chat", params: { id: chatId } }));
