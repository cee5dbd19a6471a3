import { once } from "node:events";
import { type IncomingMessage, request as overHttp } from "node:http";
import { request as overHttps } from "node:https";

export interface ProbeTerms {
  readonly ca?: Buffer | undefined;
  readonly token?: string | undefined;
  /** Sent by POST, as JSON. */
  readonly body?: object;
}

export interface ProbeAnswer {
  readonly status: number;
  /** Clock of the server, milliseconds since 1970, to the second. */
  readonly clock: number | undefined;
  readonly body: string;
}

/** More than the master takes to find that it does not reach a slave. */
const TIMEOUT_MS = 8_000;
/** More of an answer is not read. */
const MOST_BYTES = 64 * 1024;

/** One short request, without the SDK's reading of what it means. @throws the error of the connection */
export async function probe(url: string, { ca, token, body: sent }: ProbeTerms): Promise<ProbeAnswer> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const start = url.startsWith("https:") ? overHttps : overHttp;
  const headers = {
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(sent === undefined ? {} : { "Content-Type": "application/json" }),
  };
  const method = sent === undefined ? "GET" : "POST";
  const request = start(url, { method, signal, headers, agent: false, ...(ca === undefined ? {} : { ca }) });
  request.end(sent === undefined ? undefined : JSON.stringify(sent));
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  let body = "";
  for await (const chunk of answer.setEncoding("utf8")) {
    body += String(chunk);
    if (body.length > MOST_BYTES) break;
  }
  const clock = Date.parse(answer.headers.date ?? "");
  return { status: answer.statusCode ?? 0, clock: Number.isNaN(clock) ? undefined : clock, body };
}
