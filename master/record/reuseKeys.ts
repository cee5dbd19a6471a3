/**
 * Keys of results that may serve other files: the first characters of the digest of the input, so that results of the
 * same bytes lie together, and what else a file must have. The record compares the whole digest, too.
 */
const INPUT_CHARACTERS = 16;

/** @param rest what a file must have beside its bytes */
export function reuseKey(sha256: string, rest: string): string {
  return `${sha256.slice(0, INPUT_CHARACTERS)}:${rest}`;
}

/** All keys of results of these bytes begin with this, and an index of the records orders them by it. */
export function keysOfInput(sha256: string): string {
  return `${sha256.slice(0, INPUT_CHARACTERS)}:`;
}
