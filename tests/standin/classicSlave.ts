import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import express from "express";
import multer from "multer";
import { freePort } from "../fixtures/freePort.ts";

const SAMPLES = join(import.meta.dirname, "../fixtures/classic");

interface TaskShape {
  readonly field: string;
  readonly dataKey: string;
  readonly missing: string;
}

const TASKS: Readonly<Record<string, TaskShape>> = {
  image: { field: "images", dataKey: "image_data", missing: "No images provided" },
  text: { field: "texts", dataKey: "analysis_data", missing: "No text files provided" },
  embedding: { field: "texts", dataKey: "embedding_data", missing: "No text files provided for embedding" },
  ocr: { field: "images", dataKey: "ocr_data", missing: "No images provided for OCR" },
  audio: { field: "audio_files", dataKey: "audio_data", missing: "No audio files provided" },
  document: { field: "documents", dataKey: "document_data", missing: "No documents provided" },
};

export interface ClassicSlave {
  readonly port: number;
  /** One entry per request: the task and the file names as they came. */
  readonly requests: { readonly task: string; readonly names: readonly string[] }[];
  /** Registers as the classic slave does: before it listens, with its port as text. */
  register(masterUrl: string): Promise<{ readonly status: number; readonly body: unknown }>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A slave of the classic service. It gives the recorded answer for a recorded input, leaves out files that start with
 * `corrupt`, never answers a request with a file that starts with `endless`, and ignores options. Of a file's name it
 * echoes the base name only.
 */
export async function classicSlave(): Promise<ClassicSlave> {
  const requests: { task: string; names: string[] }[] = [];
  const server = createServer(routes(requests));
  const port = await freePort();
  return {
    port,
    requests,
    register: async (masterUrl) => {
      const answer = await fetch(`${masterUrl}/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ slave_ip: "127.0.0.1", slave_port: String(port) }),
      });
      return { status: answer.status, body: await answer.json() };
    },
    listen: () => new Promise((resolve) => void server.listen(port, "127.0.0.1", () => resolve())),
    close: () => closed(server),
  };
}

function routes(requests: { task: string; names: string[] }[]) {
  const app = express();
  const upload = multer({ storage: multer.memoryStorage() });
  app.get("/", (_req, res) => void res.send("Slave is working"));
  app.get("/check_status", (_req, res) => void res.json({ status: "alive" }));
  app.post("/get_task", upload.any(), (req, res) => {
    const name = String(req.body.task_type ?? "image");
    const task = TASKS[name];
    if (task === undefined) return void res.status(400).json({ error: `Unknown task type: ${name}` });
    const files = (req.files as Express.Multer.File[]).filter((file) => file.fieldname === task.field);
    if (files.length === 0) return void res.status(400).json({ error: task.missing });
    requests.push({ task: name, names: files.map((file) => file.originalname) });
    if (files.some((file) => file.buffer.toString("latin1").startsWith("endless"))) return;
    const kept = files.filter((file) => !file.buffer.toString("latin1").startsWith("corrupt"));
    res.json({
      results: kept.map((file) => ({
        filename: file.originalname,
        [task.dataKey]: dataOf(name, task, file),
      })),
    });
  });
  return app;
}

function dataOf(task: string, shape: TaskShape, file: Express.Multer.File): string {
  const recorded = recordings(task, shape).get(digestOf(file.buffer));
  return recorded ?? Buffer.from(JSON.stringify({ classic: true, bytes: file.size })).toString("base64");
}

/** Recorded data by the digest of the input that it was made from. */
function recordings(task: string, { dataKey }: TaskShape): Map<string, string> {
  const { body } = JSON.parse(readFileSync(join(SAMPLES, `get_task.${task}.json`), "utf8"));
  return new Map(
    body.results.map((result: Record<string, string>) => [
      digestOf(readFileSync(join(SAMPLES, "inputs", String(result.filename)))),
      String(result[dataKey]),
    ]),
  );
}

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
