import { CodedError } from "../../shared/errors.ts";
import { masterUrl } from "../../shared/http/masterAddress.ts";
import {
  answerBroken,
  badAnswer,
  badUrl,
  connectionLost,
  isBroken,
  isBusy,
  isNoRoute,
  refusal,
  slaveAnswers,
  unreachable,
} from "./errors.ts";
import { Patience } from "./patience.ts";
import { bytesOf, chunksOf, type Fetch, type WireAnswer, type WireBody } from "./transport.ts";

/** Longest time for a short request, connecting included. */
const SHORT_MS = 30_000;
/** Greatest size of a problem document or list, bytes. */
const MAX_JSON = 256 * 1024 * 1024;
/** Answer of a slave to `GET /`. */
const SLAVE_GREETING = "Slave is working";
const GREETING_MS = 5_000;

export interface Call {
  readonly method?: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE" | "OPTIONS";
  /** Path below the URL of the master. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes the body of each try. */
  readonly body?: () => CallBody;
  readonly signal?: AbortSignal | undefined;
  /**
   * Which failures lead to another try: none; `busy`: only refusals with `Retry-After`; `broken`: failures of the
   * connection too, after which the master may have done the request. By default `broken` for GET and DELETE, else `busy`.
   */
  readonly repeat?: "never" | "busy" | "broken";
  /** A request without a limit of time. */
  readonly isLong?: true;
}

export interface CallBody {
  readonly content: WireBody;
  /** The failure of the body itself, such as a file that cannot be read. */
  readonly fault?: () => unknown;
}

export interface HttpOptions {
  readonly token?: string | undefined;
  readonly fetch?: Fetch | undefined;
  readonly retrySeconds: number;
  readonly onOutage: (error: unknown) => void;
}

/** All HTTP requests to a master, with their repetitions. */
export class MasterHttp {
  /** URL of the master, without a slash at its end. */
  readonly url: string;
  readonly #fetch: Fetch;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #options: HttpOptions;
  /** Whether the master has answered once; a master that never did is not tried again. */
  #isKnown = false;

  /** @throws RequestError `bad_url` */
  constructor(url: string, options: HttpOptions) {
    const parsed = masterUrl(url);
    if (parsed === undefined) throw badUrl(url);
    this.url = parsed;
    this.#options = options;
    this.#fetch = options.fetch ?? ((target, request) => globalThis.fetch(target, request));
    this.#headers = options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` };
  }

  /** A JSON document. @throws CodedError `master_unreachable`, `bad_answer`, or what the master refused */
  async json(call: Call): Promise<unknown> {
    return await this.repeated(call, () => this.#jsonOnce(call));
  }

  /** The head of the answer; the caller must read or cancel its body. Aborting the signal closes the connection. */
  async stream(call: Call): Promise<WireAnswer> {
    return await this.repeated(call, () => this.#once(call));
  }

  /** The whole body. */
  async bytes(call: Call): Promise<Uint8Array<ArrayBuffer>> {
    return await this.repeated(call, async () => {
      const { body } = await this.#once(call);
      return await bytesOf(chunksOf(body)).catch((error: unknown) => {
        throw asReadError(error, call.signal);
      });
    });
  }

  patience(signal: AbortSignal | undefined): Patience {
    const { retrySeconds: seconds, onOutage } = this.#options;
    return new Patience({ seconds, signal, onOutage });
  }

  /** The value of the attempt, which is made again after failures that allow it. */
  async repeated<T>(call: Call, attempt: () => Promise<T>): Promise<T> {
    const patience = this.patience(call.signal);
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!this.#isRepeated(call, error)) throw error;
        await patience.after(error);
      }
    }
  }

  #isRepeated({ method = "GET", repeat = method === "POST" ? "busy" : "broken" }: Call, error: unknown) {
    if (repeat === "never") return false;
    return isBusy(error) || (repeat === "broken" && this.#isKnown && isBroken(error));
  }

  async #jsonOnce(call: Call): Promise<unknown> {
    const timeout = call.isLong === true ? undefined : AbortSignal.timeout(SHORT_MS);
    const signals = [call.signal, timeout].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any(signals);
    try {
      const headers = { Accept: "application/json", ...call.headers };
      const { body } = await this.#once({ ...call, headers, signal });
      return await readJson(body).catch((error: unknown) => {
        throw asReadError(error, call.signal);
      });
    } catch (error) {
      call.signal?.throwIfAborted();
      throw timeout?.aborted === true ? this.#fault(new Error("no answer in time")) : error;
    }
  }

  async #once({ method = "GET", path, headers, body, signal }: Call): Promise<WireAnswer> {
    signal?.throwIfAborted();
    const url = this.resolve(path).href;
    const sent = body?.();
    try {
      const aborted = signal === undefined ? {} : { signal };
      const first = await this.#fetch(url, {
        ...{ method, headers: { ...this.#headers, ...headers }, redirect: "manual" },
        ...(sent === undefined ? {} : bodyOf(sent.content)),
        ...aborted,
      });
      const link = method === "GET" && first.status === 307 ? first.headers.get("Location") : null;
      // A result in a bucket: the signed address needs no token, and gets none.
      const followed = { method, headers: {}, redirect: "manual", ...aborted } as const;
      const answer = link === null ? first : await this.#fetch(link, followed);
      this.#isKnown = true;
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw await this.#refusal(answer);
    } catch (error) {
      signal?.throwIfAborted();
      const fault = sent?.fault?.();
      if (fault !== undefined) throw fault;
      throw error instanceof CodedError ? error : this.#fault(error);
    }
  }

  /** The URL of a path below the master's. @throws AppError `bad_answer` when it leads to another host */
  resolve(path: string): URL {
    const target = path.startsWith("/") ? new URL(this.url + path) : new URL(path, this.url);
    if (target.origin !== new URL(this.url).origin) throw badAnswer("a link in it leads to another host");
    return target;
  }

  async #refusal({ status, body: stream, headers }: WireAnswer): Promise<CodedError> {
    const body = await readJson(stream).catch(() => undefined);
    const refused = refusal({ status, body, retryAfter: headers.get("Retry-After") });
    return isNoRoute(refused) && (await this.#isSlave()) ? slaveAnswers(this.url) : refused;
  }

  /** Whether the program at the URL says that it is a slave. */
  async #isSlave(): Promise<boolean> {
    const signal = AbortSignal.timeout(GREETING_MS);
    const request = { method: "GET", headers: { ...this.#headers }, redirect: "manual", signal } as const;
    try {
      const { body } = await this.#fetch(`${this.url}/`, request);
      return new TextDecoder().decode(await bytesOf(chunksOf(body), MAX_JSON)) === SLAVE_GREETING;
    } catch {
      return false;
    }
  }

  #fault(error: unknown): CodedError {
    // `fetch` says only that it failed; its cause says why.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return this.#isKnown ? connectionLost(this.url, cause) : unreachable(this.url, cause);
  }
}

/** The error for an answer that failed while it was read: the reason of the signal after an abort, else a broken answer. */
export function asReadError(error: unknown, signal: AbortSignal | undefined, jobId?: string): unknown {
  if (signal?.aborted === true) return signal.reason;
  return error instanceof CodedError ? error : answerBroken(error, jobId);
}

function bodyOf(content: WireBody) {
  return typeof content === "object" && "getReader" in content
    ? ({ body: content, duplex: "half" } as const)
    : { body: content };
}

async function readJson(body: ReadableStream<Uint8Array> | null): Promise<unknown> {
  const text = new TextDecoder().decode(await limited(body));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badAnswer("it is not JSON", cause);
  }
}

async function limited(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  try {
    return await bytesOf(chunksOf(body), MAX_JSON);
  } catch (error) {
    throw error instanceof RangeError ? badAnswer("it is too long") : error;
  }
}
