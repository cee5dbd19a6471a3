import { holderFrom, type NameHolder } from "../nameHolder.ts";
import { attachmentName, nameKey, numberedName, numberStep, unnumberedName } from "../names.ts";
import type { TakenName } from "../port.ts";
import type { Queries } from "./database.ts";
import { takeOver } from "./replacedNames.ts";

/** The job that asks for names, and whether it may take plain names from other jobs. */
export interface NameClaimant {
  readonly task: string;
  readonly job: string;
  readonly replace: boolean;
}

/** A name that is asked for; no index for an attachment. */
export interface NameWish {
  readonly plain: string;
  readonly index?: number | undefined;
}

interface NewName extends NameWish {
  readonly name: string;
  readonly number?: number;
}

/**
 * Reserves a name for each wish, in their order: see the laws of RecordOfJobs. A name that another transaction has just
 * reserved is waited for. Rows are inserted in the order of their keys, so that two transactions rarely wait for each other.
 */
export async function reserveNames(
  tx: Queries,
  claimant: NameClaimant,
  wishes: readonly NameWish[],
): Promise<string[]> {
  const plain = await reservePlain(tx, claimant, wishes);
  const others = wishes.filter((wish) => !plain.has(wish));
  const numbered = others.length === 0 ? plain : await reserveNumbers(tx, claimant, { wishes: others });
  return wishes.map((wish) => plain.get(wish) ?? numbered.get(wish) ?? wish.plain);
}

/** Name of a further result of a job. */
export async function reserveAttachment(
  tx: Queries,
  claimant: NameClaimant,
  wanted: string,
): Promise<string> {
  const plain = attachmentName(wanted);
  const [name] = await reserveNames(tx, claimant, [{ plain }]);
  return name ?? plain;
}

/**
 * Reserves the next number of a name for its holder, which gives the name up. Undefined when the name has another
 * holder. The steps grow with `tries`.
 */
export async function nextName(tx: Queries, taken: TakenName): Promise<string | undefined> {
  const { task, name, job, index, tries } = taken;
  const holder = await lockedHolder(tx, task, name);
  if (holder?.job !== job || holder.index !== index) return undefined;
  const { number = 1 } = holder;
  const plain = number === 1 ? holder.name : unnumberedName(holder.name, number);
  const wish = { plain, index };
  // Reserved before the old name is free: it may be the last number.
  const names = await reserveNumbers(
    tx,
    { task, job, replace: false },
    { wishes: [wish], tries, after: number },
  );
  await tx.run("DELETE FROM names WHERE task = $1 AND name_key = $2", task, nameKey(name));
  return names.get(wish);
}

/** The holder of a name, which keeps it for the rest of the transaction. */
export async function lockedHolder(tx: Queries, task: string, name: string): Promise<NameHolder | undefined> {
  const sql = "SELECT name, job, idx, number FROM names WHERE task = $1 AND name_key = $2 FOR UPDATE";
  const [row] = await tx.rows(sql, task, nameKey(name));
  return row && holderFrom(row);
}

/** Once a name has numbers, later results have greater ones, also when the plain name is free again. */
async function reservePlain(
  tx: Queries,
  claimant: NameClaimant,
  wishes: readonly NameWish[],
): Promise<ReadonlyMap<NameWish, string>> {
  const first = new Map<string, NameWish>();
  for (const wish of wishes) {
    const key = nameKey(wish.plain);
    if (!first.has(key)) first.set(key, wish);
  }
  const last = claimant.replace ? undefined : await lastNumbers(tx, claimant.task, [...first.keys()]);
  const asked = [...first].filter(([key]) => last?.has(key) !== true).map(([, wish]) => wish);
  const names = asked.map((wish) => ({ ...wish, name: wish.plain }));
  const reserved = await insertNames(tx, claimant, names);
  const refused = asked.filter(({ plain }) => !reserved.has(nameKey(plain)));
  const taken = claimant.replace && refused.length > 0 ? await takeOver(tx, claimant, refused) : undefined;
  const got = asked.filter(
    ({ plain }) => reserved.has(nameKey(plain)) || taken?.has(nameKey(plain)) === true,
  );
  return new Map(got.map((wish) => [wish, wish.plain]));
}

interface NumberWishes {
  readonly wishes: readonly NameWish[];
  /** Tries that were made before. */
  readonly tries?: number;
  /** The number to go on from, unless there is a greater one. */
  readonly after?: number;
}

/** In rounds, as a number may be the name of a file that was called so, or be reserved meanwhile. */
async function reserveNumbers(
  tx: Queries,
  claimant: NameClaimant,
  { wishes, tries = 0, after = 1 }: NumberWishes,
): Promise<Map<NameWish, string>> {
  const names = new Map<NameWish, string>();
  const tried = new Map<string, number>();
  for (let round = tries, left = wishes; left.length > 0; round += 1) {
    const keys = [...new Set(left.map(({ plain }) => nameKey(plain)))];
    const last = await lastNumbers(tx, claimant.task, keys);
    const asked = left.map((wish): NewName & { readonly wish: NameWish } => {
      const key = nameKey(wish.plain);
      const number = Math.max(tried.get(key) ?? after, last.get(key) ?? 1) + numberStep(round);
      tried.set(key, number);
      return { ...wish, number, name: numberedName(wish.plain, number), wish };
    });
    const reserved = await insertNames(tx, claimant, asked);
    for (const { wish, name } of asked) if (reserved.has(nameKey(name))) names.set(wish, name);
    left = left.filter((wish) => !names.has(wish));
  }
  return names;
}

/** Greatest number of each plain name that has numbers, by its key. */
async function lastNumbers(tx: Queries, task: string, keys: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.rows(
    `SELECT key, last.number FROM unnest($2::text[]) AS key CROSS JOIN LATERAL (
      SELECT number FROM names WHERE task = $1 AND plain_key = key ORDER BY number DESC LIMIT 1) AS last`,
    task,
    keys,
  );
  return new Map(rows.map(({ key, number }) => [String(key), Number(number)]));
}

/** Keys of those names that were free, and now are reserved. */
async function insertNames(
  tx: Queries,
  { task, job }: NameClaimant,
  names: readonly NewName[],
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const rows = await tx.rows(
    `INSERT INTO names (task, job, name_key, name, idx, plain_key, number)
      SELECT $1, $2, u.* FROM unnest($3::text[], $4::text[], $5::int[], $6::text[], $7::bigint[])
        AS u (name_key, name, idx, plain_key, number) ORDER BY u.name_key
      ON CONFLICT DO NOTHING RETURNING name_key`,
    task,
    job,
    names.map(({ name }) => nameKey(name)),
    names.map(({ name }) => name),
    names.map(({ index }) => index ?? null),
    names.map(({ plain, number }) => (number === undefined ? null : nameKey(plain))),
    names.map(({ number }) => number ?? null),
  );
  return new Set(rows.map(({ name_key }) => String(name_key)));
}
