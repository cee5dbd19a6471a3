import { isIP } from "node:net";
import type { Request, RequestHandler } from "express";
import { isLoopback } from "../access.ts";
import { AppError } from "../errors.ts";

export interface HostOptions {
  /** The host that the process listens on, as configured. */
  readonly host: string;
  /** The name that it told others, if any. */
  readonly announced?: string | undefined;
  /** Further names that it may be called by (`ALLOWED_HOSTS`); `*`: any. */
  readonly allowedHosts: readonly string[];
  /** A token is asked for; a page that a browser was lured to has none. */
  readonly hasToken: boolean;
}

/**
 * Keeps browsers from being used against a service that trusts its own network. A page of a stranger can make
 * its own name lead to a loopback address (DNS rebinding), so a `Host` must be a name that is ours; and it
 * can send requests across sites, so an `Origin` must be this very service.
 */
export function browserGuard(options: HostOptions): RequestHandler {
  const isOurs = hostRule(options);
  return (req, res, next) => {
    res.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    const host = hostname(req.headers.host);
    if (host === undefined || !isOurs(host)) throw hostRefused();
    if (isCrossSite(req, options.allowedHosts)) throw crossSite();
    next();
  };
}

/** Loopback names on a loopback address; elsewhere addresses too, and any name where a token is asked for. */
function hostRule({
  host,
  announced = host,
  allowedHosts,
  hasToken,
}: HostOptions): (name: string) => boolean {
  const listed = new Set([host, announced, ...allowedHosts].map((name) => name.toLowerCase()));
  const onLoopback = isLoopback(host);
  if (listed.has("*")) return () => true;
  return (name) => {
    if (listed.has(name) || isLoopback(name)) return true;
    if (onLoopback) return false;
    return isIP(name) !== 0 || (hasToken && allowedHosts.length === 0);
  };
}

/** In lower case, without port and brackets; undefined for what is no host. */
function hostname(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s/?#@:[\]]+?)\.?)(?::\d{0,5})?$/i.exec(header ?? "");
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function isCrossSite(req: Request, allowedHosts: readonly string[]): boolean {
  const { origin, host = "" } = req.headers;
  if (origin !== undefined) return !isSameOrigin(origin, host, allowedHosts);
  // Following a link from elsewhere is fine: it changes nothing, and the other page cannot read the answer.
  const followsLink = req.method === "GET" && req.headers["sec-fetch-mode"] === "navigate";
  return req.headers["sec-fetch-site"] === "cross-site" && !followsLink;
}

/** Behind a proxy the `Host` may be another one than the browser's; then the name must be an allowed one. */
function isSameOrigin(origin: string, host: string, allowedHosts: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: from, hostname: name } = new URL(origin);
  const self = `${protocol}//${host}`;
  if (URL.canParse(self) && new URL(self).host === from) return true;
  return allowedHosts.some((allowed) => allowed.toLowerCase() === name);
}

function hostRefused(): AppError {
  return new AppError("host_not_allowed", "This service does not go by the name in the Host header.", {
    status: 403,
    details: { hint: "Call it by the address that it listens on, or add the name to ALLOWED_HOSTS." },
  });
}

function crossSite(): AppError {
  return new AppError("cross_site", "Requests from pages of other sites are not answered.", { status: 403 });
}
