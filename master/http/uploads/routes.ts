import type { Request, RequestHandler, Response } from "express";
import { FileError } from "../../../shared/errors.ts";
import { Feed } from "../../../shared/http/sinkEngine.ts";
import type { UploadRecord } from "../../record/uploads.ts";
import { beyondLength, noSuchUpload, uploadUsed, wrongOffset } from "../../uploads/errors.ts";
import type { Uploads } from "../../uploads/uploads.ts";
import type { Clients } from "../clients.ts";
import { refuseWhileAway, type UploadDeps } from "../upload.ts";
import {
  badHeader,
  isOffsetStream,
  readBytes,
  readChecksum,
  readMetadata,
  requireOffsetStream,
  setAbilities,
  setProgress,
  speakTus,
} from "./headers.ts";

export interface UploadRoutesDeps {
  readonly uploads: Uploads;
  readonly upload: Pick<UploadDeps, "store" | "outage" | "disk" | "limits">;
  readonly clients: Pick<Clients, "sees" | "nameOf">;
}

/** `/uploads`: files in several requests, by tus 1.0. A job takes them when they are whole. */
export function uploadRoutes(deps: UploadRoutesDeps) {
  const { fileBytes } = deps.upload.limits;
  const tellAbilities: RequestHandler = (_req, res) => {
    setAbilities(res, fileBytes);
    res.status(204).end();
  };
  return {
    "OPTIONS /uploads": [speakTus, tellAbilities],
    "POST /uploads": [speakTus, createUpload(deps)],
    "HEAD /uploads/{id}": [speakTus, showUpload(deps)],
    "PATCH /uploads/{id}": [speakTus, growUpload(deps)],
    "DELETE /uploads/{id}": [speakTus, removeUpload(deps)],
  } as const;
}

function createUpload(deps: UploadRoutesDeps): RequestHandler {
  return async (req, res) => {
    const { uploads, upload, clients } = deps;
    if (req.get("Upload-Defer-Length") !== undefined)
      throw badHeader("Upload-Defer-Length", "is not supported: send Upload-Length");
    const length = readBytes(req, "Upload-Length");
    const metadata = readMetadata(req);
    const checksum = readChecksum(req);
    refuseLarge(length, upload.limits.fileBytes);
    refuseWhileAway(upload);
    (await upload.disk.admit(length)).release();
    const made = await uploads.create({ client: clients.nameOf(req), metadata, length });
    // Told also when its first bytes do not come whole: the client can go on.
    res.location(`${req.path.replace(/\/$/, "")}/${made.id}`);
    const now = isOffsetStream(req) ? await receive(deps, { req, upload: made, checksum }) : made;
    setProgress(res, now);
    res.status(201).end();
  };
}

function showUpload(deps: UploadRoutesDeps): RequestHandler {
  return async (req, res) => {
    const upload = await findOpen(deps, req);
    setProgress(res, upload);
    if (upload.metadata !== "") res.setHeader("Upload-Metadata", upload.metadata);
    res.status(200).end();
  };
}

function growUpload(deps: UploadRoutesDeps): RequestHandler {
  return async (req, res) => {
    requireOffsetStream(req);
    const offset = readBytes(req, "Upload-Offset");
    const checksum = readChecksum(req);
    const upload = await findOpen(deps, req);
    if (offset !== upload.received) throw wrongOffset(upload.received);
    setProgress(res, await receive(deps, { req, upload, checksum }));
    res.status(204).end();
  };
}

function removeUpload(deps: UploadRoutesDeps): RequestHandler {
  return async (req, res: Response) => {
    await deps.uploads.remove(await findOpen(deps, req));
    res.status(204).end();
  };
}

interface Growth {
  readonly req: Request;
  readonly upload: UploadRecord;
  readonly checksum: ReturnType<typeof readChecksum>;
}

/** Stores the body of a request. It ends when the disk fills up, or almost nothing comes for a while. */
async function receive({ uploads, upload: deps }: UploadRoutesDeps, { req, upload, checksum }: Growth) {
  const left = upload.length - upload.received;
  const coming = Number(req.headers["content-length"] ?? left);
  if (coming > left) throw beyondLength(upload.length);
  refuseWhileAway(deps);
  const { signal, release } = await deps.disk.admit(coming);
  const body = new Feed(req);
  const unwatch = body.watch(deps.limits.idleSeconds);
  const end = () => body.destroy(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  try {
    return await uploads.append(upload, { body, checksum });
  } finally {
    signal.removeEventListener("abort", end);
    unwatch();
    body.detach();
    release();
  }
}

/**
 * The upload that the address names. A request that still sends bytes of it ends: its client asks for more.
 * @throws AppError `no_such_upload` (404), `upload_used` (410), `upload_busy` (423)
 */
async function findOpen({ uploads, clients }: UploadRoutesDeps, req: Request): Promise<UploadRecord> {
  const id = String(req.params.id);
  const found = await uploads.get(id);
  // Only its own client may end a request.
  if (found === undefined || !clients.sees(req, found)) throw noSuchUpload(id);
  const upload = await uploads.takeOver(id);
  if (upload === undefined) throw noSuchUpload(id);
  if (upload.job !== undefined) throw uploadUsed(id, 410);
  return upload;
}

function refuseLarge(length: number, limit: number): void {
  if (length <= limit) return;
  throw new FileError("too_large", `The file is larger than ${limit} bytes.`, {
    status: 413,
    details: { limit },
  });
}
