import type { Request, Response } from "express";
import type { ByteRange, ByteStore } from "../store/port.ts";
import { badRange } from "./results.ts";
import { untilGone } from "./streams.ts";

export interface StoredResult {
  readonly key: string;
  readonly bytes: number;
}

/**
 * Sends a result from the store: the whole, the bytes that `Range` asks for, or 304 when the client has it. The headers
 * of the result are set. A request for several ranges gets the whole.
 * @throws AppError `bad_range` (416)
 */
export async function sendStored(
  store: ByteStore,
  { key, bytes }: StoredResult,
  { req, res }: { readonly req: Request; readonly res: Response },
): Promise<void> {
  res.setHeader("Accept-Ranges", "bytes");
  if (req.fresh) return void res.status(304).end();
  const range = rangeOf(req, res, bytes);
  if (range !== undefined) {
    res.status(206).setHeader("Content-Range", `bytes ${range.start}-${range.end}/${bytes}`);
  }
  res.setHeader("Content-Length", range === undefined ? bytes : range.end - range.start + 1);
  if (req.method === "HEAD") return void res.end();
  const stream = await store.get(key, range);
  untilGone(res).addEventListener("abort", () => stream.destroy());
  stream.once("error", () => res.destroy()).pipe(res);
}

/** Undefined when the whole is to be sent. */
function rangeOf(req: Request, res: Response, bytes: number): ByteRange | undefined {
  const condition = req.get("If-Range");
  if (condition !== undefined && condition !== res.get("ETag")) return undefined;
  const ranges = req.range(bytes, { combine: true });
  if (ranges === -1) {
    res.setHeader("Content-Range", `bytes */${bytes}`);
    throw badRange();
  }
  if (ranges === undefined || ranges === -2 || ranges.type !== "bytes" || ranges.length !== 1)
    return undefined;
  return ranges[0];
}
