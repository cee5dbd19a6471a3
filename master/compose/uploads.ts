import { join } from "node:path";
import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import { UploadExpiry } from "../uploads/expiry.ts";
import { growingFiles } from "../uploads/growingFiles.ts";
import type { JobUploadsDeps } from "../uploads/jobUploads.ts";
import { piecesIn } from "../uploads/pieces.ts";
import { Uploads } from "../uploads/uploads.ts";
import type { Storage } from "./storage.ts";

/** What takes files in several requests. */
export interface ResumableUploads {
  readonly uploads: Uploads;
  /** For jobs that take uploads. */
  readonly ofJobs: JobUploadsDeps;
  readonly expiry: UploadExpiry;
}

export interface ResumableUploadsDeps {
  readonly config: MasterConfig;
  readonly storage: Storage;
  readonly logger: Logger;
}

/** Uploads grow in files where the store is on this machine, else in objects of the store. */
export async function createUploads({
  config,
  storage,
  logger,
}: ResumableUploadsDeps): Promise<ResumableUploads> {
  const { jobs, store } = storage;
  const { localFiles } = store;
  const folder = join(config.dataDir, "master", "uploads");
  const bytes =
    localFiles === undefined
      ? piecesIn(store)
      : await growingFiles(folder, { localFiles, put: (content, options) => store.put(content, options) });
  const keepSeconds = config.keepUploadsSeconds;
  const uploads = new Uploads({ jobs, bytes, keepSeconds });
  jobs.masters?.onNews(({ type, job: id }) => {
    if (type !== "resumed") return;
    uploads
      .release(id)
      .catch((err: unknown) => logger.debug({ err }, "bytes of an upload that goes on elsewhere are late"));
  });
  return {
    uploads,
    ofJobs: { jobs, bytes, store, keepSeconds, underWay: new Set() },
    expiry: new UploadExpiry({ records: jobs.uploads, uploads, bytes, logger }),
  };
}
