import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { AppError } from "../errors.ts";
import type { Tls } from "../listening.ts";
import { problemOf } from "./problem.ts";

export interface ServerSettings {
  /** By HTTPS with this. */
  readonly tls: Tls | undefined;
  /** Longest time for a request to arrive whole; uploads of many gigabytes may take hours. */
  readonly uploadSeconds: number;
}

/** Time for the head of a request, and for the handshake before it. */
const HEAD_SECONDS = 30;
/** Masters and slaves keep connections between leases. */
const KEEP_ALIVE_SECONDS = 65;

/** Time for a body that is no upload: a few lines of JSON. */
const SMALL_BODY_SECONDS = 30;

/** A server, not yet listening, on which nobody can hold a connection open by being slow. */
export function createHttpServer(settings: ServerSettings, answer: RequestListener): Server {
  const times = {
    headersTimeout: HEAD_SECONDS * 1000,
    requestTimeout: Math.max(settings.uploadSeconds, HEAD_SECONDS) * 1000,
    keepAliveTimeout: KEEP_ALIVE_SECONDS * 1000,
    connectionsCheckingInterval: 5_000,
  };
  const listener: RequestListener = (req, res) => {
    limitSmallBody(req);
    answer(req, res);
  };
  const { tls } = settings;
  const server =
    tls === undefined
      ? createServer(times, listener)
      : createSecureServer(
          { ...times, ...tls, handshakeTimeout: HEAD_SECONDS * 1000, minVersion: "TLSv1.2" },
          listener,
        );
  server.on("clientError", answerBroken);
  return server;
}

/** Uploads are watched where they are read (`readMultipart`). */
function limitSmallBody(req: IncomingMessage): void {
  const {
    "content-length": length = "0",
    "transfer-encoding": chunked,
    "content-type": type = "",
  } = req.headers;
  if ((length === "0" && chunked === undefined) || /^multipart\//i.test(type)) return;
  const timer = setTimeout(() => req.socket.destroy(), SMALL_BODY_SECONDS * 1000);
  req.once("close", () => clearTimeout(timer));
}

/** What is no HTTP, or did not come in time, is answered before Express could see it. */
function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  // An answer that has begun must not be mixed with this one.
  const begun = (socket as { _httpMessage?: { headersSent?: boolean } })._httpMessage?.headersSent === true;
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
