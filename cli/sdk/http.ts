import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { addAbortSignal, type Readable } from "node:stream";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import type { CodedError } from "../../shared/errors.ts";
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

/** All HTTP requests to a master. Redirects and proxies are not used, because they would get the token. */
export class MasterHttp {
  /** URL of the master, without a slash at its end. */
  readonly url: string;
  readonly #axios: AxiosInstance;
  /** Whether the master has answered once. */
  #isKnown = false;

  /** @throws RequestError `bad_url` */
  constructor(url: string, { token, ca }: Secrets) {
    const parsed = masterUrl(url);
    if (parsed === undefined) throw badUrl(url);
    this.url = parsed;
    const agent = { keepAlive: true, keepAliveMsecs: PROBE_MS };
    this.#axios = axios.create({
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(ca === undefined ? agent : { ...agent, ca }),
      maxRedirects: 0,
      maxBodyLength: Number.POSITIVE_INFINITY,
      // Not Infinity: with any limit axios wraps the answer in a stream that cannot be destroyed while it waits.
      maxContentLength: -1,
      proxy: false,
      responseType: "stream",
      validateStatus: () => true,
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    });
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
      const answer = await this.#axios.request<Readable>({
        method: call.method ?? "GET",
        url: this.resolve(call.path).href,
        headers: { ...call.headers },
        data: body,
        ...(signal === undefined ? {} : { signal }),
      });
      ok = answer.status >= 200 && answer.status < 300;
      this.#isKnown = true;
      if (!ok) throw await this.#refusal(answer.status, answer.data);
      return signal === undefined ? answer.data : addAbortSignal(signal, answer.data);
    } catch (error) {
      signal?.throwIfAborted();
      throw isAxiosError(error) ? this.#requestError(error, body) : error;
    } finally {
      if (!ok) body?.destroy();
    }
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
    const options = { responseType: "text", timeout: GREETING_MS, maxContentLength: 1024 } as const;
    const { data } = await this.#axios
      .get<string>(this.resolve("/").href, options)
      .catch(() => ({ data: "" }));
    return data === SLAVE_GREETING;
  }

  /** An upload may also fail on this machine; its body then has the error. */
  #requestError(error: Error, body: Readable | undefined): Error {
    const local = body?.errored;
    if (local !== null && local !== undefined && local !== error) return local;
    return this.#fault(error.cause ?? error);
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
