import type { Request } from "express";

/** Address of the master as the client knows it, such as `http://127.0.0.1:5000`. */
export function addressOf(req: Request): string {
  return `${req.protocol}://${req.get("host") ?? ""}`;
}
