import { answerBroken, badAnswer, isBroken } from "./errors.ts";
import { asReadError, type MasterHttp } from "./http.ts";
import { chunksOf } from "./transport.ts";

/** A master sends a comment after 15 seconds without an event; after this time the connection counts as broken. */
const SILENT_MS = 50_000;
/** Greatest length of an event, characters. */
const MAX_EVENT = 64 * 1024 * 1024;

/** An event of a stream of server-sent events. */
export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly type: string;
  readonly data: unknown;
}

export interface EventsTerms {
  readonly path: string;
  /** Id of the last event that is not wanted. */
  readonly after?: number;
  readonly signal?: AbortSignal | undefined;
  /** The job that the events are about, for messages. */
  readonly job?: string;
}

/** Yields the events of a stream without an end, over as many connections as that takes, behind the last one that came. */
export async function* eventsOf(http: MasterHttp, terms: EventsTerms): AsyncGenerator<ServerSentEvent> {
  const { path, signal, job } = terms;
  const patience = http.patience(signal);
  let last = terms.after?.toString();
  for (;;) {
    try {
      const headers = {
        Accept: "text/event-stream",
        ...(last === undefined ? {} : { "Last-Event-ID": last }),
      };
      const { body } = await http.stream({ path, headers, signal });
      for await (const event of readEvents(body)) {
        patience.reset();
        last = event.id ?? last;
        yield event;
      }
      // A master that stops ends the stream.
      throw answerBroken(undefined, job);
    } catch (error) {
      await patience.after(brokenOnly(asReadError(error, signal, job)));
    }
  }
}

/** @throws every other error */
function brokenOnly(error: unknown): unknown {
  if (isBroken(error)) return error;
  throw error;
}

/** Yields the events of a stream. @throws AppError `bad_answer` */
async function* readEvents(body: ReadableStream<Uint8Array> | null): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunksOf(body, SILENT_MS)) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    if (rest.length > MAX_EVENT) throw badAnswer("an event of it is too long");
    for (const block of blocks) {
      const event = parsed(block);
      if (event !== undefined) yield event;
    }
  }
}

/** The event of a block of lines; undefined for a comment. */
function parsed(block: string): ServerSentEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const colon = line.indexOf(": ");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
  }
  const type = fields.get("event");
  if (type === undefined) return undefined;
  try {
    return { id: fields.get("id"), type, data: JSON.parse(fields.get("data") ?? "null") };
  } catch (cause) {
    throw badAnswer("an event of it is not JSON", cause);
  }
}
