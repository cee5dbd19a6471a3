import { connect } from "node:net";
import { mutated } from "./mutate.ts";
import type { RandomSource } from "./random.ts";

export interface FuzzRequest {
  readonly bytes: Buffer;
  /** Complete requests that are mutated. */
  readonly about: string;
}

/** Slaves run functions only in a fleet with a token. */
export const TOKEN = "token-of-the-fuzzed-fleet";

const END = "\r\n--b--\r\n";

/** A mutated request. */
export function badRequest(who: "master" | "slave", random: RandomSource): FuzzRequest {
  const about = random.pick(who === "master" ? MASTER_REQUESTS : SLAVE_REQUESTS);
  const [line = "", body = ""] = about.split("\n\n");
  const form = body.startsWith("--b");
  const type = form ? "multipart/form-data; boundary=b" : "application/json";
  const wire = form ? `${body.replaceAll("\n", "\r\n")}${END}` : body;
  // Mostly the body alone or the head alone: otherwise no request would pass the first check.
  const where = random.int(3);
  const badBody = where === 0 ? Buffer.from(wire) : mutated(Buffer.from(wire), random);
  const length = random.int(8) === 0 ? random.int(100_000) : badBody.length;
  const head = Buffer.from(
    `${line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`,
  );
  return { about: line, bytes: Buffer.concat([where === 1 ? head : mutated(head, random), badBody]) };
}

const FILES =
  '--b\nContent-Disposition: form-data; name="task_type"\n\ntext\n' +
  '--b\nContent-Disposition: form-data; name="options"\n\n{"sentences":true}\n' +
  '--b\nContent-Disposition: form-data; name="texts"; filename="a.txt"\nContent-Type: text/plain\n\nA good day.\n' +
  "--b\nContent-Disposition: form-data; name=\"texts\"; filename*=UTF-8''%e2%82%ac.txt\n\nNot a good day.";

const UNITS =
  '--b\nContent-Disposition: form-data; name="task_type"\n\ntext\n' +
  '--b\nContent-Disposition: form-data; name="step"\n\nanalyse\n' +
  '--b\nContent-Disposition: form-data; name="units"\n\n[{"id":"j/m/0","files":[0],"args":{}}]\n' +
  '--b\nContent-Disposition: form-data; name="texts"; filename="a.txt"\n\nA good day.';

const MASTER_REQUESTS: readonly [string, ...string[]] = [
  `POST /assign_task\n\n${FILES}`,
  `POST /assign_task\n\n${FILES}`,
  `POST /api/assign_task\n\n${FILES}`,
  'POST /register\n\n{"slave_ip":"127.0.0.1","slave_port":9,"name":"n","version":"1","slots":2,"steps":{"text":{"a":1}}}',
  "GET /jobs?limit=5&state=failed&cursor=01ARZ3NDEKTSV4RRFFQ69G5FAV",
  "GET /jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV?from=0&limit=9",
  "DELETE /jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV",
  "GET /results/text/a_analysis.json",
  "GET /slaves/0123456789ab",
  "GET /",
];

const SLAVE_REQUESTS: readonly [string, ...string[]] = [
  `POST /get_task\n\n${UNITS}`,
  `POST /get_task\n\n${FILES}`,
  "GET /check_status",
];

/** Time that the client waits for an answer to a request that may be incomplete. */
const PATIENCE_MS = 400;

/** Sends a request and reads until one side closes. Resolves with the status, or 0 without an answer. */
export async function send(port: number, { bytes }: FuzzRequest): Promise<{ status: number; text: string }> {
  return await new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.setEncoding("latin1").on("data", (chunk) => {
      if (text.length < 10_000) text += chunk;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }));
  });
}
