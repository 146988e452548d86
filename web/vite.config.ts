import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import tailwindcss from "@tailwindcss/vite";
import vue from "@vitejs/plugin-vue";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The server under `npm run dev`: a running `opdesk`. */
const server = process.env.OPDESK_DEV_SERVER ?? "http://127.0.0.1:8080";

/** In development each app's addresses get that app's page, as the server does it. */
function pages(): Plugin {
  const isPage = (url: string): boolean =>
    !/^\/(@|api\/|chathub|node_modules\/)|\.\w+(\?|$)/.test(url);
  return {
    name: "opdesk-pages",
    configureServer({ middlewares }) {
      middlewares.use((request, _response, next) => {
        const url = request.url ?? "/";
        if (isPage(url))
          request.url = url.startsWith("/dashboard") ? "/dashboard.html" : "/panel.html";
        next();
      });
    },
    // Nothing is painted before the entry module has chosen the theme.
    transformIndexHtml: {
      order: "post",
      handler: (html) =>
        html.replace('<script type="module"', '<script type="module" blocking="render"'),
    },
  };
}

/** Swagger UI, served from our own origin: its two files beside our page that starts it. */
function swagger(): Plugin {
  const parts = [
    "swagger-ui.css",
    "swagger-ui-bundle.js",
    "favicon-32x32.png",
    "LICENSE",
    "NOTICE",
  ];
  return {
    name: "opdesk-swagger",
    async writeBundle({ dir = "." }) {
      const folder = join(dir, "swagger");
      await mkdir(folder, { recursive: true });
      for (const part of parts) {
        await copyFile(here(`./node_modules/swagger-ui-dist/${part}`), join(folder, part));
      }
      for (const own of ["index.html", "start.js"]) {
        await copyFile(here(`./swagger/${own}`), join(folder, own));
      }
    },
  };
}

const LEAST_BYTES = 1024;

/** Beside each text file its compressed forms, for browsers that say they take them. */
function compressed(): Plugin {
  const brotli = promisify(brotliCompress);
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  return {
    name: "opdesk-compressed",
    async closeBundle() {
      for (const folder of ["assets", "swagger"]) {
        const place = here(`../src/opdesk/static/${folder}`);
        for (const name of await readdir(place)) {
          const content = await readFile(join(place, name));
          if (!/\.(js|css|svg)$/.test(name) || content.length < LEAST_BYTES) continue;
          await writeFile(join(place, `${name}.br`), await brotli(content, best));
          await writeFile(join(place, `${name}.gz`), await promisify(gzip)(content, { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [vue(), tailwindcss(), pages(), swagger(), compressed()],
  resolve: { alias: { "@shared": here("./shared") } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir: here("../src/opdesk/static"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        panel: here("./panel.html"),
        dashboard: here("./dashboard.html"),
        offline: here("./offline.html"),
        sw: here("./panel/src/features/comfort/offline/worker.ts"),
      },
      // The service worker has one address for ever: browsers ask there for the next one.
      output: {
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    proxy: {
      "/api": { target: server },
      "/chathub": { target: server, ws: true },
    },
  },
  test: { include: ["{panel,dashboard,widget,shared}/**/*.test.ts"], environment: "node" },
});
