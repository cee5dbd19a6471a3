import type { RequestHandler } from "express";
import { apiDocument } from "./openapi/document.ts";
import { docsPage } from "./openapi/page.ts";

/** `GET /openapi.json` */
export function showDescription(version: string): RequestHandler {
  const description = once(() => apiDocument(version));
  return (_req, res) => void res.json(description());
}

/** `GET /docs`: the same as a page without scripts and without anything from other servers. */
export function showDocs(version: string): RequestHandler {
  const page = once(() => docsPage(apiDocument(version)));
  return (_req, res) => {
    res.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    res.type("text/html").send(page());
  };
}

/** Makes the value at the first request: most masters never get one. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
