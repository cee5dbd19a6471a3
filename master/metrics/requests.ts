import type { Socket } from "node:net";
import type { ErrorRequestHandler, RequestHandler } from "express";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { problemOf } from "../../shared/http/problem.ts";

/** Buckets in seconds: from requests of a few milliseconds to requests that wait for a job. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800];

interface CountedBytes {
  readonly read: number;
  readonly written: number;
}

/** Bytes that the master sent to slaves, and that they answered, so far. */
export type SlaveTraffic = () => { readonly sent: number; readonly received: number };

/** Requests of clients and slaves: how long they took, which were refused, and how many bytes they moved. */
export class RequestMetrics {
  readonly #times: Histogram<"route" | "status">;
  readonly #refused: Counter<"code">;
  readonly #bytes: Counter<"direction">;
  readonly #streams: Gauge;
  /** Bytes of connections that were counted: a connection has many requests. */
  readonly #counted = new WeakMap<Socket, CountedBytes>();

  constructor(registers: Registry[], slaveTraffic: SlaveTraffic) {
    const told = { to_slaves: 0, from_slaves: 0 };
    this.#times = new Histogram({
      name: "manyhands_http_request_duration_seconds",
      help: "Requests by route and status, until their answers were sent.",
      labelNames: ["route", "status"],
      buckets: BUCKETS,
      registers,
    });
    this.#refused = new Counter({
      name: "manyhands_requests_refused_total",
      help: "Requests that were answered with a problem, by its code.",
      labelNames: ["code"],
      registers,
    });
    this.#bytes = new Counter({
      name: "manyhands_bytes_total",
      help: "Bytes that clients and slaves sent to the master (in), and that it answered (out), counted as requests end; bytes that the master sent to slaves (to_slaves), and that they answered (from_slaves).",
      labelNames: ["direction"],
      registers,
      collect() {
        const { sent: to_slaves, received: from_slaves } = slaveTraffic();
        const now = { to_slaves, from_slaves };
        for (const direction of ["to_slaves", "from_slaves"] as const)
          this.inc({ direction }, Math.max(0, now[direction] - told[direction]));
        Object.assign(told, now);
      },
    });
    this.#streams = new Gauge({
      name: "manyhands_event_streams",
      help: "Streams of events that clients follow.",
      registers,
    });
    for (const direction of ["in", "out"]) this.#bytes.inc({ direction }, 0);
  }

  /** Measures the requests of a route. */
  timed(route: string): RequestHandler {
    const isStream = route.endsWith("/events");
    return (req, res, next) => {
      const began = performance.now();
      if (isStream) this.#streams.inc();
      res.once("close", () => {
        this.#times.observe({ route, status: res.statusCode }, (performance.now() - began) / 1000);
        this.#countBytes(req.socket);
        if (isStream) this.#streams.dec();
      });
      next();
    };
  }

  /** Stands before the handler of problems. */
  refusals(): ErrorRequestHandler {
    // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters.
    return (error: unknown, _req, _res, next) => {
      this.#refused.inc({ code: problemOf(error).body.code });
      next(error);
    };
  }

  #countBytes(socket: Socket): void {
    const { read, written } = this.#counted.get(socket) ?? { read: 0, written: 0 };
    const now: CountedBytes = { read: socket.bytesRead, written: socket.bytesWritten };
    this.#counted.set(socket, now);
    this.#bytes.inc({ direction: "in" }, Math.max(0, now.read - read));
    this.#bytes.inc({ direction: "out" }, Math.max(0, now.written - written));
  }
}
