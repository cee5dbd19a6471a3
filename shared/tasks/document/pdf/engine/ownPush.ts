/**
 * The engine's package replaces `Array.prototype.push` for all code of the process by a function in JavaScript, because V8 before
 * 12.2 throws no error for an array of fixed length. The method is called for each glyph, and then takes a tenth of the time of a PDF.
 */

type Push = typeof Array.prototype.push;

let own: Push | undefined;

/** Loads code that may replace the method, and puts that of Node back. */
export async function withOwnPush<Loaded>(load: () => Promise<Loaded>): Promise<Loaded> {
  own ??= Array.prototype.push;
  try {
    return await load();
  } finally {
    putBack();
  }
}

/** Puts the method back that `withOwnPush` has found. */
export function putBack(): void {
  if (own === undefined) return;
  Object.defineProperty(Array.prototype, "push", { value: own, writable: true, configurable: true });
}
