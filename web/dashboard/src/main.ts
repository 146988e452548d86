import "@shared/ui/theme.css";

import { createLanguages } from "@shared/i18n";
import { createApp } from "vue";

import App from "./App.vue";

const languages = createLanguages({
  uk: () => import("./locales/uk.json"),
  en: () => import("./locales/en.json"),
});

await languages.show(languages.preferred(null));
createApp(App, { languages }).use(languages.i18n).mount("#app");
