import { FileError } from "../../../errors.ts";

/** A head of the stream that is damaged. */
export function corruptHead(what: string): FileError {
  return new FileError("corrupt_file", `The head of the Vorbis stream ${what}.`);
}

/** A head that would take more memory or work than any encoder asks for. */
export function excessiveHead(what: string): FileError {
  return new FileError("too_large", `The head of the Vorbis stream has ${what}.`);
}
