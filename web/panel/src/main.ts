import "@shared/ui/theme.css";

import { createApi } from "@shared/api/client";
import { createLanguages } from "@shared/i18n";
import { createApp } from "vue";

import App from "./App.vue";
import { createDesk, deskKey } from "./desk";
import { createSession } from "./features/session/session";
import { createPanelRouter } from "./router";

const session = createSession(
  () => api,
  {
    here: () => location.pathname + location.search,
    leave: (path) => location.assign(path),
  },
  () => Date.now(),
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
const desk = createDesk(api, session, languages);
const router = createPanelRouter(session, async () => {
  await languages.show(languages.preferred(session.me.value?.organization.language ?? null));
  desk.live.start();
});

addEventListener("online", () => desk.live.hurry());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") desk.live.hurry();
});
// A deployment replaced the files that this page would load next: the new page has them.
addEventListener("vite:preloadError", () => location.reload());

await languages.show(languages.preferred(null));
createApp(App).use(languages.i18n).use(router).provide(deskKey, desk).mount("#app");
