import type { Request, Response } from "express";

/** Begin of the cookie's name. Browsers share cookies among the ports of a host, so the port stands behind it. */
export const SESSION_COOKIE = "manyhands_session";

/** The id of the session that the request names; undefined without one. */
export function sessionIdOf(req: Request): string | undefined {
  const name = cookieName(req);
  for (const pair of (req.headers.cookie ?? "").split(";")) {
    const [key = "", value] = pair.split("=");
    if (key.trim() === name) return value?.trim();
  }
  return undefined;
}

/** Without an expiry: the browser forgets the cookie when it is closed. */
export function setSessionCookie(res: Response, id: string): void {
  res.append("Set-Cookie", `${cookieName(res.req)}=${id}${attributesOf(res.req)}`);
}

export function clearSessionCookie(res: Response): void {
  res.append("Set-Cookie", `${cookieName(res.req)}=; Max-Age=0${attributesOf(res.req)}`);
}

/** With the prefix `__Host-`, no other host of the domain can set the cookie; browsers take it under TLS only. */
function cookieName(req: Request): string {
  const port = /:(\d{1,5})$/.exec(req.headers.host ?? "")?.[1] ?? "";
  return `${req.secure ? "__Host-" : ""}${SESSION_COOKIE}${port}`;
}

function attributesOf(req: Request): string {
  return `; Path=/; HttpOnly; SameSite=Strict${req.secure ? "; Secure" : ""}`;
}
