import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";

export interface ClassicMaster {
  readonly url: string;
  /** Slaves as they registered. */
  readonly slaves: { readonly ip: string; readonly port: number }[];
  /** Does what the classic `/assign_task` does: pings a slave, sends all files in one request, decodes the answers. */
  assign(task: string, field: string, files: readonly ClassicFile[]): Promise<Map<string, Buffer>>;
  close(): Promise<void>;
}

export interface ClassicFile {
  readonly name: string;
  readonly body: Buffer;
}

/** A master of the classic service: registers slaves, never polls, sends plain requests, reads base64. */
export async function classicMaster(): Promise<ClassicMaster> {
  const slaves: { ip: string; port: number }[] = [];
  const app = express();
  app.get("/", (_req, res) => void res.type("html").send("Master is working"));
  app.post("/register", express.json(), (req, res) => {
    const { slave_ip: ip, slave_port: port } = req.body;
    if (!ip || !port) return void res.status(400).json({ error: "slave_ip and slave_port are required" });
    slaves.push({ ip, port: Number(port) });
    res.json({ status: "success" });
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    slaves,
    assign: (task, field, files) => assign(slaves, { task, field, files }),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

interface Assigned {
  readonly task: string;
  readonly field: string;
  readonly files: readonly ClassicFile[];
}

async function assign(slaves: { ip: string; port: number }[], { task, field, files }: Assigned) {
  const [slave] = slaves;
  if (slave === undefined) throw new Error("No slaves available");
  const base = `http://${slave.ip}:${slave.port}`;
  const ping = (await (await fetch(`${base}/check_status`)).json()) as { status: string };
  if (ping.status !== "alive") throw new Error("No slaves available");
  const form = new FormData();
  form.append("task_type", task);
  for (const { name, body } of files) form.append(field, new Blob([new Uint8Array(body)]), name);
  const answer = await fetch(`${base}/get_task`, { method: "POST", body: form });
  const { results } = (await answer.json()) as { results: Record<string, string>[] };
  const keys = ["image_data", "analysis_data", "embedding_data", "ocr_data", "audio_data", "document_data"];
  return new Map(
    results.map((result) => {
      const key = keys.find((name) => name in result) ?? "";
      return [String(result.filename), Buffer.from(String(result[key]), "base64")];
    }),
  );
}
