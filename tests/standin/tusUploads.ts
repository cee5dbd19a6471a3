import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

/** What happens to a request instead of its answer: its connection is cut, or it gets this status without a code. */
export type TusFault = "cut" | number;

interface Held {
  readonly length: number;
  received: number;
}

/** Uploads of tus 1.0 in memory, their bytes counted only, with faults that a test asks for. */
export class TusUploads {
  readonly #uploads = new Map<string, Held>();
  /** Faults of the next requests of a method, one after the other. */
  readonly faults: Partial<Record<string, TusFault[]>> = {};
  /** Called with the bytes of an upload that have come, at each chunk. False cuts the connection. */
  onBytes: (received: number) => boolean = () => true;

  get open(): readonly string[] {
    return [...this.#uploads.keys()];
  }

  readonly answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { method = "" } = req;
    const fault = this.faults[method]?.shift();
    if (fault === "cut") return void res.destroy();
    if (fault !== undefined) {
      // A client that still sends might lose the answer.
      await once(req.resume(), "end");
      return void res.writeHead(fault).end();
    }
    const id = req.url?.split("/")[2] ?? "";
    const upload = this.#uploads.get(id);
    if (method === "OPTIONS") return void res.writeHead(204).end();
    if (method === "POST") return this.#create(req, res);
    if (upload === undefined) return void res.writeHead(404, { Connection: "close" }).end();
    if (method === "PATCH") await this.#grow(upload, req, res);
    if (method === "DELETE") this.#uploads.delete(id);
    if (!res.destroyed)
      res.writeHead(method === "HEAD" ? 200 : 204, { "Upload-Offset": upload.received }).end();
  };

  #create(req: IncomingMessage, res: ServerResponse): void {
    const id = `u${this.#uploads.size + 1}`;
    this.#uploads.set(id, { length: Number(req.headers["upload-length"]), received: 0 });
    res.writeHead(201, { Location: `/uploads/${id}` }).end();
  }

  async #grow(upload: Held, req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (Number(req.headers["upload-offset"]) !== upload.received) return void res.writeHead(409).end();
    try {
      for await (const chunk of req as AsyncIterable<Buffer>) {
        upload.received += chunk.length;
        if (!this.onBytes(upload.received)) res.destroy();
      }
    } catch {
      res.destroy();
    }
  }
}
