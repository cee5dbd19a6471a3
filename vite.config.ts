import { join } from "node:path";
import { defineConfig } from "vite";

/** Builds the page that a browser gets from the master; `scripts/buildPage.ts` runs it when its sources changed. */
const ROOT = import.meta.dirname;

export default defineConfig({
  root: join(ROOT, "master/dashboard"),
  publicDir: false,
  cacheDir: join(ROOT, "node_modules/.cache/vite"),
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: join(ROOT, "dist/master/dashboard"),
    emptyOutDir: true,
    target: "es2022",
    // The page's Content-Security-Policy allows files of the master only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
