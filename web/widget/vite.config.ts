import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const outDir = here("../../src/opdesk/static/widget");

/**
 * Two builds, in this order: what is loaded when somebody opens the widget (`--mode app`, an ES
 * module with its digest in its name), then `/widget.js` (`--mode loader`, a plain script that
 * leaves no name on the page but `OpDesk`).
 */
export default defineConfig(({ mode }) => {
  const isLoader = mode === "loader";
  const app = isLoader ? readdirSync(outDir).find((name) => name.startsWith("app-")) : "";
  if (isLoader && !app) throw new Error("build the app first: vite build --mode app");
  return {
    resolve: { alias: { "@shared": here("../shared") } },
    define: { __APP__: JSON.stringify(app) },
    publicDir: false,
    build: {
      outDir,
      emptyOutDir: !isLoader,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: {
        input: here(isLoader ? "./src/loader/main.ts" : "./src/app/main.ts"),
        preserveEntrySignatures: "strict",
        output: isLoader
          ? { format: "iife", entryFileNames: "widget.js" }
          : { format: "es", entryFileNames: "app-[hash].js" },
      },
    },
  };
});
