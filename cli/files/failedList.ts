import { writeFile } from "node:fs/promises";
import { AppError } from "../../shared/errors.ts";

/** A file that gets the paths of the files that are not done, one a line. */
export interface FailedList {
  write(paths: readonly string[]): Promise<void>;
}

/** Empties the file at once, so that one that cannot be written is refused before anything is sent. @throws AppError `cannot_save` */
export async function openFailedList(file: string): Promise<FailedList> {
  const write = async (paths: readonly string[]) => {
    try {
      await writeFile(file, paths.map((path) => `${path}\n`).join(""));
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
      const message = `The list of failed files cannot be written to ${file}${reason}.`;
      throw new AppError("cannot_save", message, { cause: error });
    }
  };
  await write([]);
  return { write };
}
