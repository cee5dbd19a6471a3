import { ApiProblem } from "../data/api.ts";
import type { Picked } from "./picked.ts";

/** The problem of the first file that cannot be read any more. A browser tells of it as of a broken connection. */
export async function unreadableOf(files: readonly Picked[]): Promise<ApiProblem | undefined> {
  for (const { file, path } of files) {
    const isReadable = await file
      .slice(0, 1)
      .arrayBuffer()
      .then(() => true)
      .catch(() => false);
    if (!isReadable)
      return new ApiProblem({
        status: 400,
        code: "not_readable",
        error: `${path} was changed, moved or removed while it was sent. Choose the files again.`,
      });
  }
  return undefined;
}
