import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FRAMES_TYPE, type FrameHeader, type RegisterRequest } from "../../shared/contract/fleet.ts";

/** Answers a lease with something that the contract does not allow; it may leave the answer open. */
export type Lie = (res: ServerResponse, units: readonly string[], names: readonly string[]) => void;

export interface LyingSlave {
  /** Number of leases that the slave got. */
  readonly leases: number;
  register(masterUrl: string): Promise<void>;
  close(): Promise<void>;
}

export interface LyingSlaveOptions {
  readonly lie: Lie;
  /** Steps of the text task that the slave registers with. Without them it registers as a classic slave. */
  readonly steps?: Readonly<Record<string, number>>;
  readonly handover?: RegisterRequest["handover"];
  /** Further members of its registration, also such as this version does not know. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** Further members of its status. */
  readonly status?: Readonly<Record<string, unknown>>;
}

/** A slave that registers correctly, says that it is alive, and gives a false answer to every lease. */
export async function lyingSlave(options: LyingSlaveOptions): Promise<LyingSlave> {
  const { lie, steps, handover, about, status } = options;
  let leases = 0;
  const server = createServer((req, res) => {
    if (req.url === "/check_status") {
      res.setHeader("content-type", "application/json").end(JSON.stringify({ status: "alive", ...status }));
      return;
    }
    void bodyOf(req).then((body) => {
      leases += 1;
      lie(res, unitsOf(body), namesOf(body));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as AddressInfo;
  const ours = { name: "liar", version: "1", instance: "liar", slots: 1, steps: { text: steps }, handover };
  return {
    get leases() {
      return leases;
    },
    register: async (masterUrl) => {
      await fetch(`${masterUrl}/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          slave_ip: "127.0.0.1",
          slave_port: port,
          ...(steps === undefined ? {} : { ...ours, ...about }),
        }),
      });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

/** Sends well-formed frames, whose contents may be false. */
export function frames(res: ServerResponse, headers: readonly FrameHeader[]): void {
  res.writeHead(200, { "content-type": FRAMES_TYPE });
  for (const header of headers) res.write(`${JSON.stringify(header)}\n`);
}

/** The header of a correct part with the members of `other` changed; the caller writes the body. */
export function partHeader(unit: string, body: Buffer, other: Partial<FrameHeader> = {}): FrameHeader {
  const sha256 = createHash("sha256").update(body).digest("hex");
  return {
    type: "part",
    unit,
    filename: "a.json",
    bytes: body.length,
    sha256,
    seconds: 0,
    ...other,
  } as FrameHeader;
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of req) text += (chunk as Buffer).toString("latin1");
  return text;
}

function unitsOf(form: string): string[] {
  const [, json = "[]"] = /name="units"\r\n\r\n(.*?)\r\n--/s.exec(form) ?? [];
  return (JSON.parse(json) as { id: string }[]).map(({ id }) => id);
}

function namesOf(form: string): string[] {
  return [...form.matchAll(/filename="([^"]*)"/g)].map(([, name = ""]) => name);
}
