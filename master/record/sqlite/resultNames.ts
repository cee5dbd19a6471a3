import { setImmediate as turn } from "node:timers/promises";
import type { NameHolder } from "../nameHolder.ts";
import type { FileOwner, NamedResult } from "../port.ts";
import type { JobReader } from "./jobReader.ts";
import type { NameTable } from "./nameTable.ts";

/** Names that are read without a pause. */
const PAGE = 200;

/** Reads which result has a name. */
export class ResultNames {
  readonly #names: NameTable;
  readonly #read: JobReader;

  constructor(names: NameTable, read: JobReader) {
    this.#names = names;
    this.#read = read;
  }

  owner(task: string, name: string): FileOwner | undefined {
    const holder = this.#names.holder(task, name);
    // Names that differ only in case share a key, but the file has only one of them.
    return holder === undefined || holder.name !== name.normalize("NFC") ? undefined : this.#resultOf(holder);
  }

  /** Among many names that wait for their results the search pauses now and then. */
  async latest(task: string, name: string): Promise<NamedResult | undefined> {
    const numbered = await this.#latestNumbered(task, name);
    const plain = this.#names.holder(task, name);
    const result = plain && this.#resultOf(plain);
    if (plain === undefined || result === undefined) return numbered;
    // With `ON_EXISTING=replace` the plain name may be that of the newest result.
    const isNewer = numbered === undefined || plain.job > numbered.job;
    return isNewer ? { ...result, name: plain.name } : numbered;
  }

  async #latestNumbered(task: string, name: string): Promise<NamedResult | undefined> {
    for (let below = Number.MAX_SAFE_INTEGER; ; await turn()) {
      const holders = this.#names.numbered(task, name, { below, limit: PAGE });
      for (const holder of holders) {
        const result = this.#resultOf(holder);
        if (result !== undefined) return { ...result, name: holder.name };
      }
      const last = holders.at(-1)?.number;
      if (last === undefined || holders.length < PAGE) return undefined;
      below = last;
    }
  }

  #resultOf({ job, index, name, number }: NameHolder): FileOwner | undefined {
    const numbered = number === undefined ? {} : { number };
    if (index === undefined) {
      const attachment = this.#read.attachments(job).find((one) => one.name === name);
      return attachment && { job, key: attachment.key, bytes: attachment.bytes, ...numbered };
    }
    const { resultKey: key, resultBytes: bytes, resultSha256 } = this.#read.file(job, index) ?? {};
    if (key === undefined || bytes === undefined) return undefined;
    const sha256 = resultSha256 === undefined ? {} : { sha256: resultSha256 };
    return { job, index, key, bytes, ...sha256, ...numbered };
  }
}
