import type { IncomingMessage, ServerResponse } from "node:http";

/** No page of another site may show an answer inside itself. */
const NO_FRAMES = "frame-ancestors 'none'";

/** Headers of every answer: a browser does not guess its type. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": NO_FRAMES,
};

export function setSafeHeaders(res: ServerResponse): void {
  for (const [name, value] of Object.entries(SAFE_HEADERS)) res.setHeader(name, value);
}

/** A `Content-Security-Policy` with these directives, for an answer that a browser shows. */
export function contentPolicy(directives: string): string {
  return `${directives}; ${NO_FRAMES}`;
}

/**
 * Whether a request names one host: a proxy in front may have decided by the other one. The target may name it once
 * more, as in `GET http://host/path`.
 */
export function namesOneHost({ rawHeaders, headers, url = "" }: IncomingMessage): boolean {
  const names = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  if (names.length > 1) return false;
  if (url.startsWith("/") || url === "*") return true;
  const [protocol = ""] = /^https?:/i.exec(url) ?? [];
  const named = `${protocol}//${headers.host ?? ""}`;
  return URL.canParse(url) && URL.canParse(named) && new URL(url).host === new URL(named).host;
}
