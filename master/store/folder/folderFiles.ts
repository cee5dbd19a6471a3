import { lstat, open, rm } from "node:fs/promises";
import { AppError, isErrno } from "../../../shared/errors.ts";
import { isSingle, NO_GROUP, placeOf, validateGroup } from "../key.ts";
import type { ByteStore, LinkedFile, LocalFiles, Located, PutOptions, StoredObject } from "../port.ts";
import { TO_READ } from "./disk.ts";
import type { LargeFiles } from "./largeFiles.ts";
import type { Packs } from "./packs.ts";

export interface FolderFilesDeps {
  readonly packs: Packs;
  readonly files: LargeFiles;
  /** Size up to which the store keeps objects in packs. */
  readonly smallBytes: number;
  readonly put: ByteStore["put"];
}

/** The files of a folder store, for processes of this machine. */
export class FolderFiles implements LocalFiles {
  readonly #deps: FolderFilesDeps;

  constructor(deps: FolderFilesDeps) {
    this.#deps = deps;
  }

  pathOf(key: string): string | undefined {
    return isSingle(key) ? this.#deps.files.path(key) : undefined;
  }

  locate(key: string): Located | undefined {
    const place = placeOf(key);
    if (place === undefined) return undefined;
    return place.kind === "single" ? { path: this.#deps.files.path(key) } : this.#deps.packs.locate(place);
  }

  async adopt(path: string, { group = NO_GROUP }: Pick<PutOptions, "group"> = {}): Promise<StoredObject> {
    validateGroup(group);
    try {
      const { size } = await lstat(path);
      const moved = size <= this.#deps.smallBytes ? undefined : await this.#deps.files.move(path, group);
      return moved ?? (await this.#copyIn(path, group));
    } catch (error) {
      throw isErrno(error, "ENOENT", "ELOOP") ? noFileAt(error) : error;
    }
  }

  link(path: string, file: LinkedFile): StoredObject | undefined {
    validateGroup(file.group);
    return file.bytes <= this.#deps.smallBytes ? undefined : this.#deps.files.link(path, file);
  }

  async #copyIn(path: string, group: string): Promise<StoredObject> {
    const file = await open(path, TO_READ);
    const stored = await this.#deps.put(file.createReadStream(), { group });
    await rm(path, { force: true });
    return stored;
  }
}

function noFileAt(cause: unknown): AppError {
  return new AppError("not_stored", "The file that was handed over is not there.", { cause });
}
