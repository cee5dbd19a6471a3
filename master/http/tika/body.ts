import type { Request, Response } from "express";
import { RequestError } from "../../../shared/errors.ts";
import { readMultipart } from "../../../shared/http/multipart.ts";
import { Feed } from "../../../shared/http/sinkEngine.ts";
import { topNames } from "../../../shared/tasks/document/package/topNames.ts";
import { nameWithoutFolders } from "../../record/names.ts";
import type { StoredObject } from "../../store/port.ts";
import type { UploadDeps } from "../upload.ts";
import { type BodyKind, bodyKind, isArchive, isCompound } from "./kinds.ts";

/** Bytes by which the kind of a body is told. */
const HEAD_BYTES = 1024;
/** Bytes at the end of an archive in which the names of its parts are sought. */
const TAIL_BYTES = 128 * 1024;
const SMALL_BODY = 256 * 1024;

export interface TikaBody {
  readonly stored: StoredObject;
  readonly kind: BodyKind;
  /** As the client named it, or made from the kind. */
  readonly filename: string;
}

export interface BodyTerms {
  readonly req: Request;
  readonly res: Response;
  /** Group of the body in the store. */
  readonly id: string;
}

type Received = StoredObject & { readonly named: string | undefined };

/**
 * Stores the one file of a request: its body, or the first file of a multipart form, whose other fields are ignored, as Tika does.
 * @throws RequestError `no_files`, and what `readMultipart` and the store throw
 */
export async function receiveBody(deps: UploadDeps, terms: BodyTerms): Promise<TikaBody> {
  const { signal, release } = await deps.disk.admit(Number(terms.req.headers["content-length"] ?? 0) || 0);
  const isForm = terms.req.is("multipart/form-data") !== false;
  const received = await (isForm ? ofForm : ofBody)(deps, terms, signal).finally(release);
  const { named, ...stored } = received;
  const name = named === undefined ? "" : nameWithoutFolders(named);
  const kind = bodyKind({ ...(await endsOf(deps, stored)), filename: name });
  return { stored, kind, filename: name === "" ? `document.${kind.extension}` : name };
}

async function endsOf({ store }: UploadDeps, { key, bytes }: StoredObject) {
  const range = async (start: number, last: number) => {
    const end = Math.min(last, bytes - 1);
    return start > end
      ? Buffer.alloc(0)
      : Buffer.concat(await (await store.get(key, { start, end })).toArray());
  };
  const head = await range(0, HEAD_BYTES - 1);
  const tail = isArchive(head) ? await range(Math.max(0, bytes - TAIL_BYTES), bytes - 1) : Buffer.alloc(0);
  const streams = isCompound(head) ? await topNames(head, range) : [];
  return { head, tail, streams };
}

async function ofForm(
  { store, limits }: UploadDeps,
  { req, res, id }: BodyTerms,
  signal: AbortSignal,
): Promise<Received> {
  const put = { group: id, limit: limits.fileBytes, durable: false, smallBytes: SMALL_BODY };
  const form = await readMultipart<StoredObject>(req, res, {
    limits: { ...limits, files: 1 },
    signal,
    sink: async (stream) => await store.put(stream, put),
    remove: (stored) => store.remove([stored.key]),
  });
  const [file] = form.files;
  if (file === undefined)
    throw new RequestError("no_files", "The form holds no file.", { details: { field: "upload" } });
  return { ...file.stored, named: file.filename };
}

async function ofBody(
  { store, limits }: UploadDeps,
  { req, id }: BodyTerms,
  signal: AbortSignal,
): Promise<Received> {
  const feed = new Feed(req);
  const unwatch = feed.watch(limits.idleSeconds);
  const put = { group: id, limit: limits.fileBytes, durable: false, smallBytes: SMALL_BODY, signal };
  try {
    return { ...(await store.put(feed, put)), named: nameOf(req) };
  } catch (error) {
    feed.detach();
    throw error;
  } finally {
    unwatch();
  }
}

/** Name in `Content-Disposition` (RFC 6266), which Tika's clients percent-encode in either of its forms. */
function nameOf({ headers }: Request): string | undefined {
  const disposition = headers["content-disposition"] ?? "";
  const found =
    /filename\*=(?:UTF-8|ISO-8859-1)?'[^']*'([^;\s]+)/i.exec(disposition) ??
    /filename="([^"]*)"/i.exec(disposition) ??
    /filename=([^;\s]+)/i.exec(disposition);
  if (found?.[1] === undefined) return undefined;
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return found[1];
  }
}
