import { once } from "node:events";
import type { Response } from "express";

/** Characters of an answer that are written together. */
const PIECE = 64 * 1024;

/** Aborted when the connection closes, also after a whole answer. */
export function untilGone(res: Response): AbortSignal {
  const controller = new AbortController();
  if (res.destroyed) controller.abort();
  res.once("close", () => controller.abort());
  return controller.signal;
}

/** Writes, and waits while the client does not keep up. Does nothing after the client has left. */
export async function write(res: Response, text: string, gone: AbortSignal): Promise<void> {
  if (gone.aborted || res.write(text)) return;
  await once(res, "drain", { signal: gone }).catch(() => undefined);
}

/** Resolves after this time, or when the signal is aborted. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener("abort", done);
  });
}

/** Sends text: a single piece with its `Content-Length`, several as fast as the client reads them. */
export async function sendJson(
  res: Response,
  pieces: AsyncIterable<string>,
  gone: AbortSignal,
): Promise<void> {
  res.type("json");
  let held: string | undefined;
  for await (const piece of pieces) {
    if (held !== undefined) await write(res, held, gone);
    if (gone.aborted) return;
    held = piece;
  }
  res.end(held);
}

/** Members of lists by the name of the list. Members that are promises are awaited one after the other. */
export type Lists<Name extends string> = Readonly<Record<Name, Iterable<object | string | Promise<object>>>>;

/** `{…fields, "name": [members], …}` and a line end, in pieces: the lists are never whole in memory. */
export async function* jsonWithLists<Name extends string>(
  fields: object,
  lists: Lists<Name>,
): AsyncGenerator<string> {
  let text = JSON.stringify(fields).slice(0, -1);
  for (const [name, members] of Object.entries<Lists<Name>[Name]>(lists)) {
    text += `,${JSON.stringify(name)}:[`;
    let comma = "";
    for (const member of members) {
      text += comma + JSON.stringify(member instanceof Promise ? await member : member);
      comma = ",";
      if (text.length < PIECE) continue;
      yield text;
      text = "";
    }
    text += "]";
  }
  yield `${text}}\n`;
}
