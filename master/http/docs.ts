import type { RequestHandler } from "express";
import { apiDocument } from "./openapi/document.ts";
import { docsPage } from "./openapi/page.ts";

/** `GET /openapi.json` */
export function showDescription(version: string): RequestHandler {
  const description = once(() => apiDocument(version));
  return (_req, res) => void res.json(description());
}

/** `GET /docs`: the same for people; no script, nothing from elsewhere. */
export function showDocs(version: string): RequestHandler {
  const page = once(() => docsPage(apiDocument(version)));
  return (_req, res) => {
    res.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    res.type("text/html").send(page());
  };
}

/** Made when it is asked for the first time: most masters never are. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
