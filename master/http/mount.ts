import type { Express, RequestHandler } from "express";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { MasterMetrics } from "../metrics/metrics.ts";
import type { Guards } from "./guard.ts";
import type { Operation } from "./openapi/operation.ts";
import { described, type RouteName } from "./openapi/operations.ts";

/** A handler for each route that `openapi/` describes; a missing or extra one does not compile. */
export type Handlers = Readonly<Record<RouteName, RequestHandler | readonly RequestHandler[]>>;

export interface Doorway {
  readonly guards: Guards;
  readonly metrics: Pick<MasterMetrics, "timed">;
}

/** Mounts each route at its paths and below `/api`, behind the guard that its description names. */
export function mount(app: Express, handlers: Handlers, { guards, metrics }: Doorway): void {
  for (const { name, method, paths, operation } of described()) {
    const doors = operation.access === "open" ? [] : [guards[operation.access]];
    const at = paths.flatMap((path) => [path, `/api${path}`]).map(asExpressPath);
    const query = operation.classic === true ? [] : [onlyKnownQuery(operation)];
    app[method](at, metrics.timed(name), ...doors, ...query, ...[handlers[name]].flat());
  }
}

/** Refuses a misspelt parameter, which would change nothing. @throws RequestError `bad_query` */
function onlyKnownQuery({ query }: Operation): RequestHandler {
  const known = Object.keys(query?.shape ?? {});
  return (req, _res, next) => {
    const stray = Object.keys(req.query).find((name) => !known.includes(name));
    if (stray !== undefined) throw unknownParameter(stray, known);
    next();
  };
}

function unknownParameter(name: string, known: readonly string[]): RequestError {
  const valid = known.length === 0 ? "this address takes none" : `valid are ${known.join(", ")}`;
  return new RequestError(
    "bad_query",
    `${name.slice(0, 100)} is not a parameter of this address; ${valid}.`,
    {
      details: { field: name.slice(0, 100), valid_values: known },
    },
  );
}

/** Path of a description, such as `/jobs/{id}`, in the syntax of Express. */
function asExpressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

/** The last route. @throws AppError `method_not_allowed` (405), `not_found` (404) */
export const noRoute: RequestHandler = (req, res) => {
  const path = req.path.replace(/^\/api(?=\/|$)/, "").replace(/(?<=.)\/$/, "") || "/";
  const allowed = ROUTES.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (allowed.length === 0) {
    throw new AppError("not_found", "There is nothing at this address.", {
      status: 404,
      details: { routes: [...new Set(ROUTES.map((route) => route.path))] },
    });
  }
  res.setHeader("Allow", allowed.join(", "));
  throw new AppError("method_not_allowed", `${req.method} is not possible here.`, { status: 405 });
};

const ROUTES = described().flatMap(({ method, paths }) =>
  paths.map((path) => ({
    path,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  })),
);
