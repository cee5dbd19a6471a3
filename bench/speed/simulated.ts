import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { encodeHeader } from "../../shared/contract/frames.ts";
import { leaseFields } from "../../shared/contract/lease.ts";
import { readMultipart } from "../../shared/http/multipart.ts";

const LIMITS = { fileBytes: 2 ** 30, files: 100_000, fieldBytes: 64 * 2 ** 20, idleSeconds: 60 };
const BODY = Buffer.from("{}");
const SHA256 = createHash("sha256").update(BODY).digest("hex");

/** A simulated slave: each unit takes a slot for a second and does no work. All run in this process. */
export async function startSimulatedSlave(master: string, slots: number): Promise<Server> {
  let free = slots;
  const waiting: (() => void)[] = [];
  const acquire = async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const unit = async (id: string, res: ServerResponse) => {
    await acquire();
    res.write(encodeHeader({ type: "start", unit: id }));
    await sleep(1000);
    release();
    const part = {
      type: "part",
      unit: id,
      filename: id,
      bytes: BODY.length,
      sha256: SHA256,
      seconds: 1,
    } as const;
    res.write(Buffer.concat([encodeHeader(part), BODY]));
  };
  const status = JSON.stringify({ status: "alive", version: "simulated", slots });
  const server = createServer((req, res) => {
    if (req.method === "GET") res.end(status);
    else void serve(req, res, unit);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const about = { slave_port: port, version: "simulated", slots, steps: { wait: { main: 1 } } };
  const body = JSON.stringify(about);
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${master}/register`, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`not registered: ${await response.text()}`);
  return server;
}

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  unit: (id: string, res: ServerResponse) => Promise<void>,
): Promise<void> {
  const sink = async (stream: NodeJS.ReadableStream) => {
    for await (const _chunk of stream) {
      // The body is read and discarded.
    }
  };
  const form = await readMultipart(req, res, { sink, remove: async () => undefined, limits: LIMITS });
  const { units = [] } = leaseFields.parse(form.fields);
  res.writeHead(200, { "content-type": FRAMES_TYPE });
  res.flushHeaders();
  await Promise.all(units.map(({ id }) => unit(id, res)));
  res.end(encodeHeader({ type: "end", units: units.length }));
}
