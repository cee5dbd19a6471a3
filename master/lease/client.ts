import http from "node:http";
import https from "node:https";
import type { Readable } from "node:stream";
import axios, { type AxiosInstance, type AxiosResponse } from "axios";
import type FormData from "form-data";
import { type CheckStatusAnswer, checkStatusAnswer } from "../../shared/contract/fleet.ts";
import { INPUT_NOT_FETCHED, INPUT_NOT_KEPT } from "../../shared/contract/lease.ts";
import { AppError } from "../../shared/errors.ts";
import type { Slave } from "../fleet/slave.ts";
import type { Tunnels } from "../fleet/tunnels.ts";
import { ConnectionTraffic, type Traffic } from "./traffic.ts";
import { TunnelAgent } from "./tunnelAgent.ts";

/** A slave that has no room for a lease. It is full, not in trouble. */
export class SlaveFullError extends AppError {
  constructor(retryAfter: number) {
    super("slave_full", "The slave has no room just now.", { status: 429, retryAfter });
  }
}

/** Connections to slaves, shared by polls and leases. */
export interface SlaveHttp {
  check(slave: Slave, signal: AbortSignal): Promise<CheckStatusAnswer>;
  /** Sends a lease and answers with the open stream of its body. */
  send(slave: Slave, request: LeaseForm, signal: AbortSignal): Promise<Readable>;
  /** Asks a slave to finish its units and to end. A slave without this feature ignores the request. */
  drain(slave: Slave, signal: AbortSignal): Promise<void>;
  /** Bytes over all connections so far. */
  readonly traffic: Traffic;
  close(): void;
}

export interface LeaseForm {
  readonly form: FormData;
  readonly accept: string;
}

export interface SlaveHttpOptions {
  /** The token to send to a slave; undefined for none. */
  readonly tokenFor: (slave: Slave) => string | undefined;
  /** Certificates of the authorities that sign those of slaves; undefined: Node's own list. */
  readonly ca: Buffer | undefined;
  /** Connections that slaves hold to this master. */
  readonly tunnels: Pick<Tunnels, "connect">;
}

export function createSlaveHttp({ tokenFor, ca, tunnels }: SlaveHttpOptions): SlaveHttp {
  const settings = { keepAlive: true, maxSockets: 4096, keepAliveMsecs: 5_000 };
  const agent = new http.Agent(settings);
  const secureAgent = new https.Agent(ca === undefined ? settings : { ...settings, ca });
  const tunnelAgent = new TunnelAgent(settings, tunnels);
  const traffic = new ConnectionTraffic();
  const direct = clientOver({ httpAgent: agent, httpsAgent: secureAgent }, traffic);
  const out = clientOver({ httpAgent: tunnelAgent, httpsAgent: secureAgent }, traffic);
  const clientFor = ({ connect }: Slave) => (connect === "out" ? out : direct);
  const headers = (slave: Slave) => {
    const token = tokenFor(slave);
    return {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      // Node takes the name that the certificate must have from here; the connection goes to the pinned address.
      ...(slave.tlsName === undefined ? {} : { host: `${slave.tlsName}:${slave.port}` }),
      // A slave that listens nowhere knows no other name of itself.
      ...(slave.connect === "out" ? { host: "localhost" } : {}),
    };
  };
  return {
    check: (slave, signal) => check(clientFor(slave), { slave, headers: headers(slave) }, signal),
    send: (slave, request, signal) =>
      send(clientFor(slave), { slave, headers: headers(slave), ...request }, signal),
    drain: async (slave, signal) => {
      const response = await clientFor(slave).post<Readable>(`${slave.baseUrl}/drain`, undefined, {
        signal,
        headers: headers(slave),
      });
      response.data.destroy();
    },
    get traffic() {
      return traffic.total;
    },
    close: () => {
      agent.destroy();
      secureAgent.destroy();
      tunnelAgent.destroy();
    },
  };
}

interface Agents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

function clientOver(agents: Agents, traffic: ConnectionTraffic): AxiosInstance {
  const client = axios.create({
    ...agents,
    // Redirects would lead around the pinned address, and following them keeps bodies in memory.
    maxRedirects: 0,
    // No limit. With one, Infinity too, axios sends a form through a stream that never ends the request, and the
    // connection is neither used again nor closed.
    maxBodyLength: -1,
    // Any limit makes axios wrap the stream in one that cannot be destroyed while it waits.
    maxContentLength: -1,
    proxy: false,
    responseType: "stream",
    decompress: false,
    validateStatus: () => true,
  });
  client.interceptors.response.use((response) => {
    traffic.note(response.request);
    return response;
  });
  return client;
}

interface Target {
  readonly slave: Slave;
  readonly headers: Record<string, string>;
}

async function check(client: AxiosInstance, target: Target, signal: AbortSignal): Promise<CheckStatusAnswer> {
  const { slave, headers } = target;
  const response = await client.get<Readable>(`${slave.baseUrl}/check_status`, { signal, headers });
  const text = await readLimited(response.data, 64 * 1024);
  if (response.status !== 200) throw new AppError("bad_status", `The slave answered ${response.status}.`);
  return checkStatusAnswer.parse(JSON.parse(text.toString("utf8")));
}

async function send(
  client: AxiosInstance,
  target: Target & LeaseForm,
  signal: AbortSignal,
): Promise<Readable> {
  const { form } = target;
  try {
    const answer = await post(client, target, signal);
    // Once the answer is whole, or given up, no more of the lease is sent.
    answer.once("close", () => form.destroy());
    return answer;
  } catch (error) {
    form.destroy();
    throw error;
  }
}

async function post(
  client: AxiosInstance,
  { slave, form, accept, headers }: Target & LeaseForm,
  signal: AbortSignal,
): Promise<Readable> {
  const response = await client.post<Readable>(`${slave.baseUrl}/get_task`, form, {
    signal,
    headers: { ...form.getHeaders(), ...headers, accept, "content-length": form.getLengthSync() },
  });
  if (response.status === 200) return response.data;
  throw await refusalOf(response);
}

async function refusalOf(response: AxiosResponse<Readable>): Promise<AppError> {
  const body = await readLimited(response.data, 64 * 1024).catch(() => Buffer.alloc(0));
  const text = body.toString("utf8");
  if (response.status === 429) {
    const seconds = Number(response.headers["retry-after"]);
    return new SlaveFullError(Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) : 1);
  }
  const { code, error } = response.status === 409 ? problemIn(text) : {};
  if (code === INPUT_NOT_KEPT)
    return new AppError(INPUT_NOT_KEPT, "The slave no longer has an input.", { status: 409 });
  if (code === INPUT_NOT_FETCHED)
    return new AppError(INPUT_NOT_FETCHED, String(error).slice(0, 500), { status: 409 });
  return new AppError("slave_refused", `The slave answered ${response.status}.`, {
    cause: text.slice(0, 500),
  });
}

/** What a problem document says; nothing for any other text. */
function problemIn(text: string): { readonly code?: unknown; readonly error?: unknown } {
  try {
    return JSON.parse(text) as { readonly code?: unknown; readonly error?: unknown };
  } catch {
    return {};
  }
}

/** @throws AppError `answer_too_large` */
export async function readLimited(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit) {
      stream.destroy();
      throw new AppError("answer_too_large", `The slave's answer is larger than ${limit} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
