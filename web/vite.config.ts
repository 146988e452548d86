import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import tailwindcss from "@tailwindcss/vite";
import vue from "@vitejs/plugin-vue";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { fonts } from "./fonts.ts";

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
    writeBundle: {
      order: "post",
      sequential: true,
      async handler({ dir = "." }) {
        for (const folder of ["assets", "swagger"]) {
          const place = join(dir, folder);
          for (const name of await readdir(place)) {
            const content = await readFile(join(place, name));
            if (!/\.(js|css|svg)$/.test(name) || content.length < LEAST_BYTES) continue;
            await writeFile(join(place, `${name}.br`), await brotli(content, best));
            const packed = await promisify(gzip)(content, { level: 9 });
            await writeFile(join(place, `${name}.gz`), packed);
          }
        }
      },
    },
  };
}

/**
 * What several pages share comes in a few files: each file has its own headers, and many small ones
 * compress badly. Each layer imports only those above it, so that no files import each other.
 */
const layers = [
  { name: "vue", test: /node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify)\// },
  { name: "parts", test: /node_modules\//, minShareCount: 2 },
  { name: "shared", test: here("./shared/"), minShareCount: 2 },
  { name: "panel", test: here("./panel/"), minShareCount: 2 },
];

/** Of `panel~Shell~LoginPage.css`: such a name says everybody who shares the file. */
function layerOf(name: string): string {
  return name.replace(/(~.*)?(\.\w+)?$/, "");
}

/** A page whose entry waits for something must not be waited for by what it imports. */
function noCircles(): Plugin {
  return {
    name: "opdesk-no-circles",
    generateBundle(_options, bundle) {
      const done = new Set<string>();
      const walk = (file: string, way: readonly string[]): void => {
        if (way.includes(file)) this.error(`chunks in a circle: ${[...way, file].join(" > ")}`);
        const chunk = bundle[file];
        if (done.has(file) || chunk?.type !== "chunk") return;
        for (const next of chunk.imports) walk(next, [...way, file]);
        done.add(file);
      };
      for (const file of Object.keys(bundle)) walk(file, []);
    },
  };
}

export default defineConfig({
  plugins: [fonts(), vue(), tailwindcss(), pages(), swagger(), noCircles(), compressed()],
  resolve: { alias: { "@shared": here("./shared") } },
  define: {
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
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
        codeSplitting: { groups: layers },
        chunkFileNames: ({ name }) => `assets/${layerOf(name)}-[hash].js`,
        assetFileNames: ({ names }) => `assets/${layerOf(names[0] ?? "")}-[hash][extname]`,
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
