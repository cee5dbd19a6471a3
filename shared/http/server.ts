import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AppError } from "../errors.ts";
import type { Tls } from "../listening.ts";
import { problemOf } from "./problem.ts";

export interface ServerSettings {
  /** By HTTPS with this. */
  readonly tls: Tls | undefined;
  /** Time for the head of a request, for the handshake before it, and for a body of a few lines of JSON. */
  readonly headSeconds: number;
  /** Longest time for a request to arrive whole; uploads of many gigabytes may take hours. */
  readonly uploadSeconds: number;
  /** How long an answer may wait for a client that takes nothing of it. */
  readonly answerIdleSeconds: number;
}

/** Masters and slaves keep connections between leases. */
const KEEP_ALIVE_SECONDS = 65;

/** A server, not yet listening, on which nobody can hold a connection open by being slow. */
export function createHttpServer(settings: ServerSettings, answer: RequestListener): Server {
  const { tls, headSeconds, uploadSeconds, answerIdleSeconds } = settings;
  const headMs = headSeconds * 1000;
  const times = {
    headersTimeout: headMs,
    requestTimeout: Math.max(uploadSeconds, headSeconds) * 1000,
    keepAliveTimeout: KEEP_ALIVE_SECONDS * 1000,
    connectionsCheckingInterval: Math.min(5_000, headMs / 2),
  };
  const listener: RequestListener = (req, res) => {
    limitSmallBody(req, headMs);
    answer(req, res);
  };
  const server =
    tls === undefined
      ? createServer(times, listener)
      : createSecureServer({ ...times, ...tls, handshakeTimeout: headMs, minVersion: "TLSv1.2" }, listener);
  server.on("clientError", answerBroken);
  server.setTimeout(answerIdleSeconds * 1000, endIdle);
  return server;
}

/** Nothing went in or out for a while. Fine while an answer is being made, not where it waits to be taken. */
function endIdle(socket: Socket): void {
  if (answerOn(socket) === undefined || socket.writableLength > 0) socket.destroy();
}

/** Node keeps the answer that belongs to a connection just now, but has no word for it. */
function answerOn(socket: Duplex): Partial<ServerResponse> | undefined {
  return (socket as { _httpMessage?: Partial<ServerResponse> | null })._httpMessage ?? undefined;
}

/** Uploads are watched where they are read (`readMultipart`). */
function limitSmallBody(req: IncomingMessage, milliseconds: number): void {
  const {
    "content-length": length = "0",
    "transfer-encoding": chunked,
    "content-type": type = "",
  } = req.headers;
  if ((length === "0" && chunked === undefined) || /^multipart\//i.test(type)) return;
  const late = Object.assign(new Error("the body did not arrive"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
  const timer = setTimeout(() => !req.complete && answerBroken(late, req.socket), milliseconds);
  req.once("close", () => clearTimeout(timer));
}

/** What is no HTTP, or did not come in time, is answered before Express could see it. */
function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  // An answer that has begun must not be mixed with this one.
  const begun = answerOn(socket)?.headersSent === true;
  if (!socket.writable || begun || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const { status, body } = problemOf(asProblem(error));
  const text = `${JSON.stringify(body)}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${body.title}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
    () => socket.destroy(),
  );
}

function asProblem(error: NodeJS.ErrnoException): AppError {
  switch (error.code) {
    case "HPE_HEADER_OVERFLOW":
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new AppError("headers_too_large", "The head of the request is larger than 16 KB.", {
        status: 431,
      });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new AppError("request_timeout", "The request did not arrive in time.", { status: 408 });
    default:
      return new AppError("bad_http", "This is not an HTTP request that can be understood.", {
        status: 400,
      });
  }
}
