import type { RequestHandler } from "express";
import { AppError } from "../../shared/errors.ts";
import { htmlPolicy } from "../../shared/http/html.ts";
import { answerJson } from "../../shared/http/json.ts";
import { addressOf } from "./address.ts";
import { apiDocument } from "./openapi/document.ts";
import { docsPage } from "./openapi/page.ts";
import { RESULT_SCHEMAS, resultSchemaOf } from "./openapi/schemas.ts";

/** `GET /openapi.json` */
export function showDescription(version: string): RequestHandler {
  const description = once(() => apiDocument(version));
  return (req, res) => {
    const { openapi, info, ...rest } = description();
    const servers = [{ url: addressOf(req), description: "This master." }];
    answerJson(res, { openapi, info, servers, ...rest });
  };
}

/** `GET /schemas/<name>.json`: JSON Schema of a result. @throws AppError `no_such_schema` (404) */
export const showSchema: RequestHandler = (req, res) => {
  const name = String(req.params.name);
  const schema = RESULT_SCHEMAS.get(name);
  if (schema === undefined) throw noSchema(name);
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  const head = { $schema, $id: `${addressOf(req)}/schemas/${name}.json`, title: `Result of ${name}` };
  answerJson(res, { ...head, ...resultSchemaOf(schema) });
};

function noSchema(name: string): AppError {
  const valid = [...RESULT_SCHEMAS.keys()].map((known) => `${known}.json`);
  return new AppError("no_such_schema", `There is no schema ${name.slice(0, 64)}.json.`, {
    status: 404,
    details: { field: "name", valid_values: valid },
  });
}

/** `GET /docs`: the same as a page without scripts and without anything from other servers. */
export function showDocs(version: string): RequestHandler {
  const description = once(() => apiDocument(version));
  return (req, res) => {
    res.set("Content-Security-Policy", htmlPolicy());
    res.type("text/html").send(docsPage(description(), addressOf(req)));
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
