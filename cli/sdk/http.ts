import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { addAbortSignal, type Readable } from "node:stream";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { RequestError } from "../../shared/errors.ts";
import { answerBroken, badAnswer, refusal, unreachable } from "./errors.ts";

/** Time for short questions, connecting included; uploads have none of their own. */
const SHORT_MS = 30_000;
/** Longest problem document or list that is read. */
const MAX_JSON = 256 * 1024 * 1024;
/** A peer that vanished without a word is noticed by TCP probes after this silence. */
const PROBE_MS = 15_000;

export interface Call {
  readonly method?: "GET" | "POST" | "DELETE";
  /** From the master's root. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable;
  readonly signal?: AbortSignal | undefined;
}

interface Secrets {
  readonly token?: string | undefined;
  readonly ca?: Buffer | undefined;
}

/** The one place that speaks HTTP with a master. Redirects and proxies are not followed: a token would travel. */
export class MasterHttp {
  readonly url: URL;
  readonly #axios: AxiosInstance;

  /** @throws RequestError `bad_url` */
  constructor(url: string, { token, ca }: Secrets) {
    this.url = masterUrl(url);
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
      throw timeout.aborted ? unreachable(this.url.href, new Error("no answer in time")) : error;
    }
  }

  /** The answer's bytes, which must be read or destroyed. Aborting the signal closes the connection. */
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
      if (!ok) throw refusal(answer.status, await readJson(answer.data).catch(() => undefined));
      return signal === undefined ? answer.data : addAbortSignal(signal, answer.data);
    } catch (error) {
      signal?.throwIfAborted();
      throw isAxiosError(error) ? this.#lost(error, body) : error;
    } finally {
      if (!ok) body?.destroy();
    }
  }

  /** A path from the master's root as an address. @throws AppError `bad_answer` for what leads elsewhere */
  resolve(path: string): URL {
    const root = this.url.pathname.replace(/\/+$/, "");
    const target = path.startsWith("/") ? new URL(root + path, this.url) : new URL(path, this.url);
    if (target.origin !== this.url.origin) throw badAnswer("a link in it leads to another host");
    return target;
  }

  /** An upload may also have failed on this side: its body then holds the reason. */
  #lost(error: Error, body: Readable | undefined): Error {
    const local = body?.errored;
    if (local !== null && local !== undefined && local !== error) return local;
    return unreachable(this.url.href, error.cause ?? error);
  }
}

/** Errors of a stream that was being read: an abort is the signal's reason, all else a broken answer. */
export function asReadError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  const ofNetwork = error instanceof Error && ("code" in error ? !("status" in error) : false);
  return ofNetwork ? answerBroken(error) : error;
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

/** `host:port` means http. */
function masterUrl(given: string): URL {
  const text = given.includes("://") ? given : `http://${given}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw new RequestError(
      "bad_url",
      `${given} is not the address of a master, such as http://127.0.0.1:5000.`,
    );
  url.username = "";
  url.password = "";
  return url;
}
