import { once } from "node:events";
import type { Response } from "express";

/** Characters of an answer that are written together. */
const PIECE = 64 * 1024;

/** Aborted when the connection closes; after a whole answer that is of no consequence. */
export function untilGone(res: Response): AbortSignal {
  const controller = new AbortController();
  if (res.destroyed) controller.abort();
  res.once("close", () => controller.abort());
  return controller.signal;
}

/** Writes, and waits while the client does not keep up. Does nothing once it has gone. */
export async function write(res: Response, text: string, gone: AbortSignal): Promise<void> {
  if (gone.aborted || res.write(text)) return;
  await once(res, "drain", { signal: gone }).catch(() => undefined);
}

/** Resolves after so many seconds, or when the signal is aborted. */
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

/** Text in one piece, whose length is then said, or piece by piece as the client takes it. */
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

/** Members of lists by the name of the list; those that are promises are waited for one by one. */
export type Lists<Name extends string> = Readonly<Record<Name, Iterable<object | string | Promise<object>>>>;

/** `{…fields, "name": [members], …}` in pieces: the lists are never whole in memory. */
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
  yield `${text}}`;
}
