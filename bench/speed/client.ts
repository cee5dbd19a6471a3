import { randomUUID } from "node:crypto";
import { Agent, type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A small client, which must not cost more than the measured work. */

export interface Sent {
  readonly name: string;
  readonly body: Uint8Array;
}

export interface UploadOf {
  readonly task: string;
  readonly field: string;
  readonly files: Iterable<Sent>;
  readonly options?: object;
  readonly headers?: Record<string, string>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** Milliseconds from the first byte sent to the last one received. */
  readonly ms: number;
}

const agent = new Agent({ keepAlive: true });

/** Sends one job; its files are made one after the other, so that they are not all in memory. */
export async function upload(master: string, job: UploadOf): Promise<HttpAnswer> {
  const response = await open(master, job);
  const chunks: Buffer[] = [];
  for await (const chunk of response.stream) chunks.push(chunk as Buffer);
  const { statusCode: status = 0, headers } = response.stream;
  return { status, headers, body: Buffer.concat(chunks), ms: performance.now() - response.began };
}

/** Sends one job and yields the lines of the answer as they arrive. */
export async function* uploadLines(master: string, job: UploadOf): AsyncGenerator<object> {
  const headers = { accept: "application/x-ndjson", ...job.headers };
  const { stream } = await open(master, { ...job, headers });
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as object;
  }
}

/** Distinct texts of this size. */
export function* small(count: number, bytes = 1024): Generator<Sent> {
  const filler = Buffer.alloc(bytes, "many hands make light work, and a good day for all of them. ");
  for (let index = 0; index < count; index += 1) {
    const body = Buffer.from(filler);
    body.write(`${index} `);
    yield { name: `file-${index}.txt`, body };
  }
}

/** @throws when a job did not end with every file done */
export function requireDone(answer: HttpAnswer, files: number): HttpAnswer {
  const { total_files_processed: done } = JSON.parse(answer.body.toString("utf8")) as {
    total_files_processed?: number;
  };
  if (answer.status === 200 && done === files) return answer;
  throw new Error(
    `${done} of ${files} files, ${answer.status}: ${answer.body.toString("utf8").slice(0, 500)}`,
  );
}

async function open(master: string, job: UploadOf) {
  const boundary = `bench-${randomUUID()}`;
  const began = performance.now();
  const req = request(`${master}/assign_task`, {
    agent,
    method: "POST",
    headers: { "content-type": `multipart/form-data; boundary=${boundary}`, ...job.headers },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    req.once("response", resolve).once("error", reject);
  });
  const [stream] = await Promise.all([answered, pipeline(Readable.from(chunks(job, boundary)), req)]);
  return { stream, began };
}

/** The multipart body, small pieces joined to larger ones. */
function* chunks({ task, field, files, options = {} }: UploadOf, boundary: string): Generator<Buffer> {
  const head = (disposition: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n`;
  let held: Uint8Array[] = [
    Buffer.from(
      `${head('name="task_type"')}${task}\r\n${head('name="options"')}${JSON.stringify(options)}\r\n`,
    ),
  ];
  let bytes = 0;
  for (const { name, body } of files) {
    held.push(Buffer.from(head(`name="${field}"; filename="${name}"`)), body, Buffer.from("\r\n"));
    bytes += body.byteLength;
    if (bytes < 256 * 1024) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  yield Buffer.concat([...held, Buffer.from(`--${boundary}--\r\n`)]);
}
