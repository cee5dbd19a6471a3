import { printable } from "../../shared/printable.ts";
import type { JobWarning } from "../../shared/warnings.ts";
import { counted } from "./words.ts";

/** `warning: 77 of 126 files: The text has no term ... (empty_vector)`. @param total files of the job */
export function warningLines(warnings: readonly JobWarning[], total: number): readonly string[] {
  return warnings.map(({ code, message, count }) => {
    const whom = count === undefined ? "" : `${count} of ${counted(total, "file")}: `;
    return `warning: ${whom}${printable(message)} (${printable(code)})`;
  });
}
