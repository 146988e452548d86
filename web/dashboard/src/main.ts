import "./dashboard.css";

import { createLanguages } from "@shared/i18n";
import { createApp, ref } from "vue";

import App from "./App.vue";
import { COMPANY, createCompany } from "./company";
import { createDashboardRouter, SIGN_IN } from "./router";

const languages = createLanguages({
  uk: () => import("./locales/uk.json"),
  en: () => import("./locales/en.json"),
});
const interrupted = ref<string | null>(null);
const company = createCompany(languages, () => {
  const next = router.currentRoute.value;
  if (!next.meta.isPublic) void router.push({ path: SIGN_IN, query: { next: next.fullPath } });
});
const router = createDashboardRouter(company, interrupted);

await languages.show(languages.preferred(null));
createApp(App, { interrupted, router })
  .use(languages.i18n)
  .use(router)
  .provide(COMPANY, company)
  .mount("#app");
