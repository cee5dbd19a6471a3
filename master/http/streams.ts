import { once } from "node:events";
import type { Response } from "express";

/** Characters of an answer that are written together: two pieces are in memory for each client that does not read. */
const PIECE = 16 * 1024;

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
  gone: AbortSignal = untilGone(res),
): Promise<void> {
  res.type("json");
  if (res.req.method === "HEAD") return void res.end();
  let held: string | undefined;
  for await (const piece of pieces) {
    if (held !== undefined) await write(res, held, gone);
    if (gone.aborted) return;
    held = piece;
  }
  res.end(held);
}

/** Members of lists, some at a time, by the name of the list. */
export type Lists<Name extends string> = Readonly<Record<Name, AsyncIterable<readonly (object | string)[]>>>;

interface JsonWithLists<Name extends string> {
  readonly fields: object;
  readonly lists: Lists<Name>;
  /** Fields that are known only after the lists. */
  readonly last?: () => object;
}

/** `{…fields, "name": [members], …last}` and a line end, in pieces: the lists are never whole in memory. */
export async function* jsonWithLists<Name extends string>({
  fields,
  lists,
  last = () => ({}),
}: JsonWithLists<Name>): AsyncGenerator<string> {
  let text = JSON.stringify(fields).slice(0, -1);
  for (const [name, pages] of Object.entries<Lists<Name>[Name]>(lists)) {
    text += `${text === "{" ? "" : ","}${JSON.stringify(name)}:[`;
    let comma = "";
    for await (const page of pages) {
      for (const member of page) {
        text += comma + JSON.stringify(member);
        comma = ",";
      }
      if (text.length < PIECE) continue;
      yield text;
      text = "";
    }
    text += "]";
  }
  const rest = JSON.stringify(last()).slice(1);
  yield `${text}${rest.length > 1 ? "," : ""}${rest}\n`;
}

/** The pages of a list, each turned into what the answer shows of it. */
export async function* eachPage<From, To>(
  pages: AsyncIterable<readonly From[]>,
  show: (page: readonly From[]) => readonly To[],
): AsyncGenerator<readonly To[]> {
  for await (const page of pages) yield show(page);
}
