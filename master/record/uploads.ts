import type { Row, Value } from "./rows.ts";

/** A file that a client sends in several requests (`/uploads`), until it is an input of a job. Times are ms since 1970. */
export interface UploadRecord {
  readonly id: string;
  /** Name of the client's token; undefined when no token is set. */
  readonly client: string | undefined;
  /** What the client said of the file (`Upload-Metadata`), as it came: printable ASCII. */
  readonly metadata: string;
  /** Bytes of the whole file. */
  readonly length: number;
  /** The first bytes that are stored for good. */
  readonly received: number;
  /** Keys of the objects that hold them one after the other; none where they are in a file. */
  readonly pieces: readonly string[];
  /** Of the whole file, where it is known: lower-case hex. */
  readonly sha256: string | undefined;
  /** Job that has the file as an input. */
  readonly job: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** More bytes of an upload. */
export interface UploadGrowth extends Pick<UploadRecord, "pieces" | "received" | "sha256" | "expiresAt"> {
  /** `received` before; the growth is refused when it is another one by now. */
  readonly from: number;
}

/** A job takes the upload, or gives it back. */
export interface UploadUse {
  readonly job: string | undefined;
  /** The job that has it until now; the use is refused when it is another one. */
  readonly before: string | undefined;
  readonly sha256: string | undefined;
  readonly expiresAt: number;
}

/** Uploads that no job has. */
export interface OpenUploads {
  readonly uploads: number;
  /** Bytes that are stored of them. */
  readonly bytes: number;
  /** How many of them are the client's. */
  readonly own: number;
}

/** Laws: `extend` and `use` are atomic, and of several at the same time one succeeds. */
export interface RecordedUploads {
  create(upload: UploadRecord): Promise<void>;
  get(id: string): Promise<UploadRecord | undefined>;
  /** False when the upload is gone, is used, or has grown meanwhile. */
  extend(id: string, growth: UploadGrowth): Promise<boolean>;
  /** False when the upload is gone, not whole, or used meanwhile. */
  use(id: string, use: UploadUse): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** Uploads that expired before this time, the first one first. */
  expired(before: number, limit: number): Promise<readonly UploadRecord[]>;
  open(client?: string): Promise<OpenUploads>;
}

/** What a driver runs: SQL with a `?` for each value. */
export interface UploadQueries {
  rows(sql: string, ...values: readonly Value[]): Promise<readonly Row[]>;
  /** Resolves with the number of rows that changed. */
  run(sql: string, ...values: readonly Value[]): Promise<number>;
}

/** The same statements for all drivers. An empty text stands for one that is not there, so that `=` finds it. */
export function recordedUploads({ rows, run }: UploadQueries): RecordedUploads {
  return {
    create: async ({ id, client = "", metadata, length, createdAt, expiresAt }) => {
      await run(
        `INSERT INTO uploads (id, client, metadata, length, received, pieces, sha256, job, created_at, expires_at)
          VALUES (?, ?, ?, ?, 0, '[]', '', '', ?, ?)`,
        ...[id, client, metadata, length, createdAt, expiresAt],
      );
    },
    get: async (id) => {
      const [row] = await rows("SELECT * FROM uploads WHERE id = ?", id);
      return row && uploadFrom(row);
    },
    extend: async (id, { from, received, pieces, sha256 = "", expiresAt }) => {
      const changed = await run(
        `UPDATE uploads SET received = ?, pieces = ?, sha256 = ?, expires_at = ?
          WHERE id = ? AND received = ? AND job = ''`,
        ...[received, JSON.stringify(pieces), sha256, expiresAt, id, from],
      );
      return changed === 1;
    },
    use: async (id, { job = "", before = "", sha256 = "", expiresAt }) => {
      const changed = await run(
        `UPDATE uploads SET job = ?, sha256 = ?, expires_at = ?
          WHERE id = ? AND job = ? AND received = length`,
        ...[job, sha256, expiresAt, id, before],
      );
      return changed === 1;
    },
    remove: async (id) => {
      await run("DELETE FROM uploads WHERE id = ?", id);
    },
    expired: async (before, limit) => {
      const sql = "SELECT * FROM uploads WHERE expires_at < ? ORDER BY expires_at, id LIMIT ?";
      return (await rows(sql, before, limit)).map(uploadFrom);
    },
    open: (client = "") => openUploads(rows, client),
  };
}

async function openUploads(rows: UploadQueries["rows"], client: string): Promise<OpenUploads> {
  const [row] = await rows(
    `SELECT COUNT(*) AS uploads, SUM(received) AS bytes, SUM(CASE WHEN client = ? THEN 1 ELSE 0 END) AS own
      FROM uploads WHERE job = ''`,
    client,
  );
  // A sum of no rows is null.
  return { uploads: Number(row?.uploads), bytes: Number(row?.bytes), own: Number(row?.own) };
}

function uploadFrom(row: Row): UploadRecord {
  return {
    id: String(row.id),
    client: text(row.client),
    metadata: String(row.metadata),
    length: Number(row.length),
    received: Number(row.received),
    pieces: JSON.parse(String(row.pieces)) as string[],
    sha256: text(row.sha256),
    job: text(row.job),
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
  };
}

function text(value: Value | undefined): string | undefined {
  return value === undefined || value === null || value === "" ? undefined : String(value);
}
