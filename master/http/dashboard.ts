import { fileURLToPath } from "node:url";
import express, { type Express, type RequestHandler } from "express";
import { contentPolicy } from "../../shared/http/safety.ts";
import { wantsPage } from "../../shared/http/token.ts";

/**
 * Serves the page of `master/dashboard/` to browsers. It holds no data: its script asks for that with the user's
 * session, so page and assets need no token. Programs get at the same addresses what the API describes.
 */

/** Addresses of the page's views. */
const VIEWS = [
  "/",
  "/jobs",
  "/jobs/:id",
  "/jobs/:id/files/:index",
  "/slaves",
  "/slaves/:id",
  "/timeline",
] as const;

/** Only files of this master are loaded; pictures and sounds may also be made of bytes that the page has. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The built page: beside the compiled file, or in dist/ when the sources run. */
const BUILT = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/master/dashboard" : "../dashboard", import.meta.url),
);

export function mountDashboard(app: Express): void {
  app.get([...VIEWS], showView);
  // A name holds the digest of its content: the same address never has another content.
  app.use(
    "/assets",
    express.static(`${BUILT}/assets`, { immutable: true, maxAge: "1y", index: false, redirect: false }),
  );
}

const showView: RequestHandler = (req, res, next) => {
  if (!wantsPage(req)) return next();
  res.set({
    "Content-Security-Policy": contentPolicy(POLICY),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    Vary: "Accept",
  });
  res.sendFile("index.html", { root: BUILT, cacheControl: false });
};
