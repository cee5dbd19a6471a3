import type { FileRecord } from "../job.ts";
import { nameKey } from "../names.ts";
import type { FileOwner, NamedResult } from "../port.ts";
import type { Row } from "../rows.ts";
import type { Queries } from "./database.ts";

/** Names with the results that are there. */
const RESULTS = `SELECT names.name, names.job, names.idx, names.number, files.outcome, attachments.bytes,
    coalesce(files.result_key, attachments.key) AS key
  FROM names
    LEFT JOIN files ON files.job = names.job AND files.idx = names.idx
    LEFT JOIN attachments ON names.idx IS NULL
      AND attachments.job = names.job AND attachments.name = names.name
  WHERE coalesce(files.result_key, attachments.key) IS NOT NULL AND names.task = $1`;

export async function ownerOf(db: Queries, task: string, name: string): Promise<FileOwner | undefined> {
  const [row] = await db.rows(`${RESULTS} AND names.name_key = $2`, task, nameKey(name));
  // Names that differ only in case share a key, but the file has only one of them.
  return row === undefined || row.name !== name.normalize("NFC") ? undefined : ownerFrom(row);
}

/** The newest result of a name, plain or with a number. */
export async function latestOf(db: Queries, task: string, name: string): Promise<NamedResult | undefined> {
  const key = nameKey(name);
  const [plain] = await db.rows(`${RESULTS} AND names.name_key = $2`, task, key);
  const [numbered] = await db.rows(
    `${RESULTS} AND names.plain_key = $2 ORDER BY names.number DESC LIMIT 1`,
    task,
    key,
  );
  // With `ON_EXISTING=replace` the plain name may be that of the newest result.
  const isPlainNewer =
    numbered === undefined || (plain !== undefined && String(plain.job) > String(numbered.job));
  const newest = isPlainNewer ? plain : numbered;
  return newest && { ...ownerFrom(newest), name: String(newest.name) };
}

function ownerFrom({ job, idx, number, key, bytes, outcome }: Row): FileOwner {
  const owner = {
    job: String(job),
    key: String(key),
    ...(number === null ? {} : { number: Number(number) }),
  };
  if (idx === null) return { ...owner, bytes: Number(bytes) };
  const { resultBytes = 0, resultSha256 } = JSON.parse(String(outcome)) as Partial<FileRecord>;
  const sha256 = resultSha256 === undefined ? {} : { sha256: resultSha256 };
  return { ...owner, index: Number(idx), bytes: resultBytes, ...sha256 };
}
