import { requireDone, small, upload } from "../client.ts";
import { type Measure, type Scale, stated } from "../part.ts";
import { costOf, less, perUnit } from "./cost.ts";
import type { EngineSite, SiteOptions } from "./site.ts";
import { lookAtDatabase } from "./statistics.ts";

const LARGE_BYTES = 8 * 2 ** 20;
const LARGE_FILES = 40;
const SMALL_FILES = 10_000;

/** Cost of bytes: large files, less what as many small ones cost. */
export async function bytesCost(site: EngineSite, { engine }: SiteOptions, scale: Scale): Promise<Measure> {
  const files = scale(LARGE_FILES);
  const light = await costOf(site, () => send(site, files, 1024));
  const heavy = await costOf(site, () => send(site, files, LARGE_BYTES));
  const mebibytes = (files * LARGE_BYTES) / 2 ** 20;
  const cost = less(heavy.cost, light.cost, 1);
  const name = `${engine}, 1 master: CPU ms of the master per MiB of input`;
  const value = Number(((cost.masters * 1000) / mebibytes).toFixed(2));
  return stated(name, value, `${files} files of 8 MiB; all: ${perUnit(cost, mebibytes)}`);
}

/** Room that a file takes in the database. */
export async function databaseBytes(site: EngineSite, scale: Scale): Promise<Measure> {
  const files = scale(SMALL_FILES);
  const database = await lookAtDatabase(site);
  const before = await database.look();
  await send(site, files, 1024);
  const after = await database.look();
  await database.close();
  const each = Math.round((after.bytes - before.bytes) / files);
  return stated("bytes of the database per file, with indexes", each, `${files} files in one job`);
}

async function send({ masters }: EngineSite, files: number, bytes: number): Promise<void> {
  const [first] = masters;
  if (first === undefined) throw new Error("there is no master");
  requireDone(
    await upload(first.url, { task: "nothing", field: "files", files: small(files, bytes) }),
    files,
  );
}
