import { isIP } from "node:net";
import type { Request, RequestHandler } from "express";
import { isLoopback } from "../access.ts";
import { AppError } from "../errors.ts";

export interface HostOptions {
  /** The host that the process listens on, as configured. */
  readonly host: string;
  /** The name that the process announced to others, if any. */
  readonly announced?: string | undefined;
  /** Further names of the process (`ALLOWED_HOSTS`); `*` allows every name. */
  readonly allowedHosts: readonly string[];
  /** Requests need a token, which a foreign page in a browser does not have. */
  readonly hasToken: boolean;
}

/**
 * Keeps foreign pages in a browser from using a service that trusts its own network. Such a page can point its own
 * name at a loopback address (DNS rebinding), so `Host` must be a name of this service; and it can send requests
 * across sites, so `Origin` must be this service.
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

/** Allows loopback names; beyond this machine also addresses, and any name where a token is needed. */
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

/** The host in lower case, without port and brackets; undefined for a text that is no host. */
function hostname(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s/?#@:[\]]+?)\.?)(?::\d{0,5})?$/i.exec(header ?? "");
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function isCrossSite(req: Request, allowedHosts: readonly string[]): boolean {
  const { origin, host = "" } = req.headers;
  if (origin !== undefined) return !isSameOrigin(origin, host, allowedHosts);
  // A link on another site may lead here: it changes nothing, and the other page cannot read the answer.
  const followsLink = req.method === "GET" && req.headers["sec-fetch-mode"] === "navigate";
  return req.headers["sec-fetch-site"] === "cross-site" && !followsLink;
}

/**
 * For requests that a browser lets in by a cookie: pages on other ports of this host have the same cookie, so the request
 * must come from a page of this service. Browsers say so themselves, on plain HTTP by `Origin` only.
 * @throws AppError `bad_origin` (403)
 */
export function requireSameOrigin(req: Request, allowedHosts: readonly string[]): void {
  const { origin, host = "", "sec-fetch-site": site } = req.headers;
  const same =
    site === undefined
      ? origin !== undefined && isSameOrigin(origin, host, allowedHosts)
      : site === "same-origin";
  if (same) return;
  throw new AppError(
    "bad_origin",
    "A request that changes something must come from a page of this service, or show a token in place of the cookie.",
    { status: 403 },
  );
}

/** Behind a proxy `Host` may differ from the browser's; then the name of the origin must be an allowed one. */
function isSameOrigin(origin: string, host: string, allowedHosts: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: from, hostname: name } = new URL(origin);
  const self = `${protocol}//${host}`;
  if (URL.canParse(self) && new URL(self).host === from) return true;
  return allowedHosts.some((allowed) => allowed.toLowerCase() === name);
}

function hostRefused(): AppError {
  return new AppError("host_not_allowed", "The name in the Host header is not a name of this service.", {
    status: 403,
    details: { hint: "Use the address that the service listens on, or add the name to ALLOWED_HOSTS." },
  });
}

function crossSite(): AppError {
  return new AppError("cross_site", "Requests from pages of other sites are refused.", { status: 403 });
}
