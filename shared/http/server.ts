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
import { answerProblem, PROBLEM_TYPE, problemOf } from "./problem.ts";
import { newRequestId, REQUEST_ID, setRequestId } from "./requestId.ts";
import { namesOneHost, SAFE_HEADERS, setSafeHeaders } from "./safety.ts";

export interface ServerSettings {
  /** Certificate and key for HTTPS; undefined: HTTP. */
  readonly tls: Tls | undefined;
  /** Longest time for the TLS handshake, for the head of a request, and for a body that is no upload. */
  readonly headSeconds: number;
  /** Longest time for a whole request; uploads of many gigabytes may take hours. */
  readonly uploadSeconds: number;
  /** Longest time for which a client may read nothing of its answer. */
  readonly answerIdleSeconds: number;
}

/** Masters and slaves reuse connections from lease to lease. */
const KEEP_ALIVE_SECONDS = 65;

/** A server that does not listen yet. A slow client cannot hold a connection open. */
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
    setSafeHeaders(res);
    setRequestId(req, res);
    if (!namesOneHost(req)) return refuseTwoHosts(res);
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

/** Ends the connection as well: what follows on it may be meant for the other host. */
function refuseTwoHosts(res: ServerResponse): void {
  res.setHeader("Connection", "close");
  answerProblem(
    res,
    new AppError(
      "bad_http",
      "The request names two hosts. Send one Host header, the same as in the target.",
      {
        status: 400,
      },
    ),
  );
}

/** Called after a time without traffic: a handler may still work on the answer, but a client must read one that waits. */
function endIdle(socket: Socket): void {
  if (answerOn(socket) === undefined || socket.writableLength > 0) socket.destroy();
}

/** The answer that Node sends on a connection now; only an undocumented member tells. */
function answerOn(socket: Duplex): Partial<ServerResponse> | undefined {
  return (socket as { _httpMessage?: Partial<ServerResponse> | null })._httpMessage ?? undefined;
}

/** Media types of bodies that `Feed` watches. */
const UPLOADED = /^(multipart\/|application\/offset\+octet-stream)/i;

/** Ends a request whose small body does not arrive in time; those of uploads may take long. */
function limitSmallBody(req: IncomingMessage, milliseconds: number): void {
  const {
    "content-length": length = "0",
    "transfer-encoding": chunked,
    "content-type": type = "",
  } = req.headers;
  if ((length === "0" && chunked === undefined) || UPLOADED.test(type)) return;
  const late = Object.assign(new Error("the body did not arrive in time"), {
    code: "ERR_HTTP_REQUEST_TIMEOUT",
  });
  const timer = setTimeout(() => !req.complete && answerBroken(late, req.socket), milliseconds);
  req.once("close", () => clearTimeout(timer));
}

/** Answers a request that is not HTTP, or does not arrive in time; Express never sees it. */
function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  // This answer must not be mixed into one that has begun.
  const begun = answerOn(socket)?.headersSent === true;
  if (!socket.writable || begun || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const { status, body } = problemOf(asProblem(error));
  const id = newRequestId();
  const text = `${JSON.stringify({ ...body, request_id: id })}\n`;
  const headers = {
    [REQUEST_ID]: id,
    "Content-Type": PROBLEM_TYPE,
    "Content-Length": Buffer.byteLength(text),
    Connection: "close",
    ...SAFE_HEADERS,
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${body.title}\r\n${head.join("")}\r\n${text}`, () => socket.destroy());
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
      return new AppError("bad_http", "The request is not valid HTTP.", {
        status: 400,
      });
  }
}
