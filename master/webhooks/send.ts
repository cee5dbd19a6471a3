import type { LookupAddress } from "node:dns";
import type { IncomingMessage } from "node:http";
import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { rootCertificates } from "node:tls";
import type { CallbackTarget } from "../record/callback.ts";
import { addressesOf } from "./target.ts";

/** Time of a try, from the look-up of the name to the head of the answer; receivers should answer first and work then. */
const TRY_MS = 15_000;
/** Bytes of an answer that are read, and dropped. A receiver that sends more loses its connection. */
const READ_BYTES = 16 * 1024;

export interface WebhookAnswer {
  readonly status: number;
  /** `Retry-After`, seconds. */
  readonly retryAfter?: number | undefined;
}

export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type SendWebhook = (
  target: CallbackTarget,
  request: WebhookRequest,
  signal: AbortSignal,
) => Promise<WebhookAnswer>;

/**
 * Sends webhooks, each over a connection of its own to an address that was checked just before. Redirects are answers
 * like any other.
 * @param ca certificates of authorities that are trusted beside Node's own
 */
export function webhookSender(ca: Buffer | undefined, tryMs = TRY_MS): SendWebhook {
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca.toString("utf8")] };
  return async ({ url: text, fromLoopback }, { headers, body }, stop) => {
    const url = new URL(text);
    const signal = AbortSignal.any([stop, AbortSignal.timeout(tryMs)]);
    const addresses = await unlessAborted(addressesOf(url, { fromLoopback }), signal);
    const length = { "content-length": String(Buffer.byteLength(body)) };
    return await new Promise((resolve, reject) => {
      const outgoing = (url.protocol === "https:" ? overHttps : overHttp)(url, {
        ...trusted,
        method: "POST",
        headers: { ...headers, ...length },
        agent: false,
        lookup: always(addresses),
        signal,
      });
      outgoing.once("response", (answer) => resolve(answerOf(answer)));
      outgoing.on("error", reject);
      // Of a connection that is closed without an answer, such as one that changes the protocol.
      outgoing.once("close", () => reject(new Error("the connection was closed without an answer")));
      outgoing.end(body);
    });
  };
}

/** A look-up cannot be aborted: it is left to end by itself. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Answers each look-up with these addresses. */
function always(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? "", first?.family);
  };
}

function answerOf(answer: IncomingMessage): WebhookAnswer {
  let read = 0;
  answer.on("data", (chunk: Buffer) => {
    read += chunk.length;
    if (read > READ_BYTES) answer.destroy();
  });
  // The status is known: what becomes of the rest does not count.
  answer.on("error", () => undefined);
  const wait = Number(answer.headers["retry-after"]);
  return { status: answer.statusCode ?? 0, retryAfter: wait > 0 ? wait : undefined };
}
