import { Agent as HttpAgent, type IncomingMessage, request as overHttp } from "node:http";
import { Agent as HttpsAgent, request as overHttps } from "node:https";
import { addAbortSignal, pipeline, type Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { CodedError } from "../../shared/errors.ts";
import { masterUrl } from "../../shared/http/masterUrl.ts";
import {
  answerBroken,
  badAnswer,
  badUrl,
  connectionLost,
  isNoRoute,
  refusal,
  slaveAnswers,
  unreachable,
} from "./errors.ts";

/** Longest time for a short request, connecting included; uploads have no limit here. */
const SHORT_MS = 30_000;
/** Greatest size of a problem document or list, bytes. */
const MAX_JSON = 256 * 1024 * 1024;
/** Answer of a slave to `GET /`. */
const SLAVE_GREETING = "Slave is working";
const GREETING_MS = 5_000;
/** Silence after which TCP probes check whether the master still exists. */
const PROBE_MS = 15_000;

export interface Call {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Path below the URL of the master. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable;
  readonly signal?: AbortSignal | undefined;
}

interface Secrets {
  readonly token?: string | undefined;
  readonly ca?: Buffer | undefined;
}

/** An upload may fail on this machine, too: one of its files cannot be read. */
class UnreadableBody extends Error {
  constructor(cause: Error) {
    super("The body of a request cannot be read.", { cause });
  }
}

/**
 * All HTTP requests to a master. Redirects and proxies are not used, because they would get the token. Node's own client
 * is used: loading axios takes longer than most commands.
 */
export class MasterHttp {
  /** URL of the master, without a slash at its end. */
  readonly url: string;
  readonly #agent: HttpAgent;
  readonly #headers: Readonly<Record<string, string>>;
  /** Whether the master has answered once. */
  #isKnown = false;

  /** @throws RequestError `bad_url` */
  constructor(url: string, { token, ca }: Secrets) {
    const parsed = masterUrl(url);
    if (parsed === undefined) throw badUrl(url);
    this.url = parsed;
    const options = { keepAlive: true, keepAliveMsecs: PROBE_MS };
    this.#agent = this.#isSecure
      ? new HttpsAgent(ca === undefined ? options : { ...options, ca })
      : new HttpAgent(options);
    this.#headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }

  /** A JSON document. @throws AppError `master_unreachable`, `bad_answer`, or what the master refused */
  async json(call: Call): Promise<unknown> {
    const timeout = AbortSignal.timeout(SHORT_MS);
    const signal = call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]);
    try {
      const stream = await this.stream({
        ...call,
        headers: { Accept: "application/json", ...call.headers },
        signal,
      });
      return await readJson(stream);
    } catch (error) {
      call.signal?.throwIfAborted();
      throw timeout.aborted ? this.#fault(new Error("no answer in time")) : error;
    }
  }

  /** The body of the answer; the caller must read or destroy it. Aborting the signal closes the connection. */
  async stream(call: Call): Promise<Readable> {
    const { signal, body } = call;
    signal?.throwIfAborted();
    let ok = false;
    try {
      const answer = await this.#answer(call);
      const status = answer.statusCode ?? 0;
      ok = status >= 200 && status < 300;
      this.#isKnown = true;
      if (!ok) throw await this.#refusal(status, answer);
      return signal === undefined ? answer : addAbortSignal(signal, answer);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UnreadableBody) throw error.cause;
      throw error instanceof CodedError ? error : this.#fault(error);
    } finally {
      if (!ok) body?.destroy();
    }
  }

  /** The head of the answer. It may come while the body is still being sent: a refusal need not wait for it. */
  async #answer({ method = "GET", path, headers, body, signal }: Call): Promise<IncomingMessage> {
    const start = this.#isSecure ? overHttps : overHttp;
    return await new Promise((resolve, reject) => {
      const request = start(this.resolve(path), {
        ...{ method, headers: { ...this.#headers, ...headers }, agent: this.#agent },
        ...(signal === undefined ? {} : { signal }),
      });
      request.once("response", resolve);
      // After the answer a late error finds the promise settled.
      request.on("error", reject);
      if (body === undefined) return void request.end();
      // A broken connection ends the body with an error, too, but only after the request.
      body.once("error", (error) => request.destroyed || reject(new UnreadableBody(error)));
      pipeline(body, request, () => undefined);
    });
  }

  get #isSecure(): boolean {
    return this.url.startsWith("https:");
  }

  /** The URL of a path below the master's. @throws AppError `bad_answer` when it leads to another host */
  resolve(path: string): URL {
    const target = path.startsWith("/") ? new URL(this.url + path) : new URL(path, this.url);
    if (target.origin !== new URL(this.url).origin) throw badAnswer("a link in it leads to another host");
    return target;
  }

  async #refusal(status: number, answer: Readable): Promise<CodedError> {
    const refused = refusal(status, await readJson(answer).catch(() => undefined));
    return isNoRoute(refused) && (await this.#isSlave()) ? slaveAnswers(this.url) : refused;
  }

  /** Whether the program at the URL says that it is a slave. */
  async #isSlave(): Promise<boolean> {
    const greeting = this.#answer({ path: "/", signal: AbortSignal.timeout(GREETING_MS) }).then(text);
    return (await greeting.catch(() => "")) === SLAVE_GREETING;
  }

  #fault(cause: unknown): Error {
    return this.#isKnown ? connectionLost(this.url, cause) : unreachable(this.url, cause);
  }
}

/** The error for a stream that failed while it was read: the reason of the signal after an abort, else a broken answer. */
export function asReadError(error: unknown, signal: AbortSignal | undefined, jobId?: string): unknown {
  if (signal?.aborted === true) return signal.reason;
  const ofNetwork = error instanceof Error && ("code" in error ? !("status" in error) : false);
  return ofNetwork ? answerBroken(error, jobId) : error;
}

async function readJson(stream: Readable): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_JSON) throw badAnswer("it is too long");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (cause) {
    throw badAnswer("it is not JSON", cause);
  }
}
