import type { Picked } from "./picked.ts";
import { removePicked } from "./picked.ts";

/** Names that the sentence lists. */
const NAMED = 5;

interface RefusedFilesProps {
  readonly text: string;
  readonly files: readonly Picked[];
}

/** A sentence about files that the master refuses, with a button that leaves them out. */
export function RefusedFiles({ text, files }: RefusedFilesProps) {
  const names = files.slice(0, NAMED).map(({ path }) => path.split("/").at(-1));
  const rest = files.length - names.length;
  return (
    <p class="doubtful" role="alert">
      {text}
      {names.length > 0 && `: ${names.join(", ")}`}
      {rest > 0 && ` and ${rest.toLocaleString("en")} more`}.{" "}
      {files.length > 0 && (
        <button
          type="button"
          class="link"
          onClick={() => removePicked(new Set(files.map(({ path }) => path)))}
        >
          Leave {files.length === 1 ? "it" : "them"} out
        </button>
      )}
    </p>
  );
}
