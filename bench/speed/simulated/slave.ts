import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { BEAT_SECONDS, FRAMES_TYPE } from "../../../shared/contract/fleet.ts";
import { encodeHeader } from "../../../shared/contract/frames.ts";
import { leaseFields } from "../../../shared/contract/lease.ts";
import { readMultipart } from "../../../shared/http/multipart.ts";
import { Writer } from "../../../slave/http/writer.ts";

const LIMITS = { fileBytes: 2 ** 30, files: 100_000, fieldBytes: 64 * 2 ** 20, idleSeconds: 60 };
const BODY = Buffer.from("{}");
const SHA256 = createHash("sha256").update(BODY).digest("hex");
/** Time for which a slave gathers small answers, and units of a lease from which on it does: as real slaves do. */
const GATHER_MS = 50;
const GATHERED_UNITS = 8;
const KEEP_ALIVE_MS = 3_600_000;

/** Number of units that a simulated slave works on, and of those that it has done. */
export interface SlotCounts {
  readonly busy: number;
  readonly done: number;
}

export interface SimulatedSlave {
  readonly counts: SlotCounts;
  close(): void;
}

export interface SimulatedSlaveOptions {
  readonly slots: number;
  readonly onBegan?: (unit: string) => void;
}

/** Slots with the units that wait for one. */
class Slots {
  busy = 0;
  done = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #all: number;

  constructor(all: number) {
    this.#all = all;
  }

  async acquire(): Promise<void> {
    if (this.busy < this.#all) this.busy += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    this.done += 1;
    const next = this.#waiting.shift();
    if (next === undefined) this.busy -= 1;
    else next();
  }
}

/** A simulated slave: a unit of `wait` takes a slot for its time, one of `nothing` is answered at once. It computes nothing. */
export async function startSimulatedSlave(
  master: string,
  { slots: count, onBegan = () => undefined }: SimulatedSlaveOptions,
): Promise<SimulatedSlave> {
  const slots = new Slots(count);
  const instance = randomUUID();
  const status = JSON.stringify({ status: "alive", version: "simulated", slots: count, instance });
  const server = createServer((req, res) => {
    if (req.method === "GET") res.end(status);
    // A master that was killed takes its connections with it.
    else serve(req, res, { slots, onBegan }).catch(() => res.destroy());
  });
  // The master closes its connections; one that this side closes could carry a lease already.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await register(master, server, { slots: count, instance });
  return {
    counts: slots,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function register(
  master: string,
  server: Server,
  about: { readonly slots: number; readonly instance: string },
): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const steps = { wait: { main: 1 }, nothing: { main: 1 } };
  const body = JSON.stringify({
    slave_ip: "127.0.0.1",
    slave_port: port,
    version: "simulated",
    steps,
    ...about,
  });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${master}/register`, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`not registered: ${await response.text()}`);
}

interface Working {
  readonly slots: Slots;
  readonly onBegan: (unit: string) => void;
}

async function serve(req: IncomingMessage, res: ServerResponse, { slots, onBegan }: Working): Promise<void> {
  const sink = async (stream: NodeJS.ReadableStream) => {
    for await (const _chunk of stream) {
      // The body is read and discarded.
    }
  };
  const form = await readMultipart(req, res, { sink, remove: async () => undefined, limits: LIMITS });
  const { units = [], options } = leaseFields.parse(form.fields);
  const [mean, spread] = [Number(options?.ms ?? 0), Number(options?.spread ?? 0)];
  res.writeHead(200, { "content-type": FRAMES_TYPE });
  res.flushHeaders();
  const gone = new AbortController();
  res.once("close", () => gone.abort());
  const writer = new Writer(res, gone.signal);
  const gatherMs = units.length < GATHERED_UNITS ? 0 : GATHER_MS;
  const work = async (id: string) => {
    await slots.acquire();
    const ms = mean * (1 + spread * (2 * Math.random() - 1));
    onBegan(id);
    await writer.writeWithin(gatherMs, encodeHeader({ type: "start", unit: id }));
    if (ms > 0) await sleep(ms);
    slots.release();
    await writer.writeWithin(gatherMs, partHeader(id, ms / 1000), BODY);
  };
  // A lease without a word for SLAVE_SILENCE_SECONDS counts as one of a lost slave.
  const beat = setInterval(() => {
    if (writer.idle) void writer.writeWithin(0, encodeHeader({ type: "beat" }))?.catch(() => undefined);
  }, BEAT_SECONDS * 1_000);
  await Promise.all(units.map(({ id }) => work(id))).finally(() => clearInterval(beat));
  await writer.inTurn(() => writer.write(encodeHeader({ type: "end", units: units.length })));
  await writer.end();
}

function partHeader(unit: string, seconds: number): Buffer {
  const about = { filename: unit, bytes: BODY.length, sha256: SHA256, seconds };
  return encodeHeader({ type: "part", unit, ...about });
}
