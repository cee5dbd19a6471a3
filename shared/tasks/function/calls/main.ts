import { Socket } from "node:net";
import {
  BadFunction,
  BUSY,
  DROPPED,
  type FunctionEngine,
  type FunctionSettings,
  failedReply,
  PRINTED,
  READY,
  REFUSED,
  RENEW,
} from "./protocol.ts";

/** Entry of the process that calls a function. Its parent ends it at any moment. */

/** Descriptor of the pipe to the parent. */
const CHANNEL = 3;
/** Replies of quick calls are sent together. */
const GATHER_MS = 5;
/** Most lines of console output of one item. */
const MOST_PRINTED = 100;

const socket = new Socket({ fd: CHANNEL, readable: true, writable: true });
const lines: string[] = [];
let rest = "";
let working = false;
let out = "";
let sentAt = 0;
let printed = 0;
let engine: FunctionEngine | undefined;

socket.setEncoding("utf8").on("data", (text: string) => {
  const parts = (rest + text).split("\n");
  rest = parts.pop() ?? "";
  for (const line of parts) lines.push(line);
  if (!working) void work();
});
socket.once("close", () => process.exit(0));

async function work(): Promise<void> {
  working = true;
  sentAt = performance.now();
  let at = 0;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (engine === undefined) engine = await load(line);
    else if (engine.isSpent) break;
    else await item(engine, line);
  }
  lines.splice(0, at);
  flush();
  working = false;
}

async function load(line: string): Promise<FunctionEngine | undefined> {
  try {
    const settings = JSON.parse(line) as FunctionSettings;
    const made = await engineOf(settings);
    out += `${READY}\n`;
    flush();
    return made;
  } catch (error) {
    out += `${REFUSED}${JSON.stringify(error instanceof BadFunction ? error.message : String(error))}\n`;
    flush();
    return undefined;
  }
}

/** QuickJS is loaded only where it is used. */
async function engineOf(settings: FunctionSettings): Promise<FunctionEngine> {
  if (process.argv[2] === "sandbox")
    return await (await import("./sandbox.ts")).sandboxEngine(settings, print);
  return (await import("./trusted.ts")).trustedEngine(settings, print);
}

/** An item whose reply is there at once costs no turn of the event loop. */
async function item(calls: FunctionEngine, text: string): Promise<void> {
  printed = 0;
  const replied = calls.call(text);
  const reply = typeof replied === "string" ? replied : await replied;
  if (printed > MOST_PRINTED) out += `${DROPPED}${printed - MOST_PRINTED}\n`;
  out += `${reply.includes("\n") ? failedReply("bad_value", "The result is no typed JSON.") : reply}\n`;
  if (calls.isSpent) out += `${RENEW}\n`;
  if (performance.now() - sentAt > GATHER_MS) flush();
}

function print(level: string, text: string): void {
  printed += 1;
  if (printed <= MOST_PRINTED) out += `${PRINTED}${JSON.stringify([level, text])}\n`;
}

function flush(): void {
  const now = performance.now();
  if (out !== "") socket.write(`${out}${BUSY}${now - sentAt}\n`);
  out = "";
  sentAt = now;
}
