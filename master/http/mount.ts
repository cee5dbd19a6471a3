import type { Express, RequestHandler } from "express";
import { AppError } from "../../shared/errors.ts";
import type { MasterMetrics } from "../metrics.ts";
import type { Guards } from "./guard.ts";
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
    app[method](at, metrics.timed(name), ...doors, ...[handlers[name]].flat());
  }
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
