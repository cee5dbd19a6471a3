/** Message of a member to the process that started it, once it can be used. */
export interface ReadyMessage {
  readonly type: "ready";
  /** URL of the member. */
  readonly url: string;
}

/** Tells the parent the URL; does nothing in a process that was started by hand. */
export function announceReady(url: string): void {
  const message: ReadyMessage = { type: "ready", url };
  process.send?.(message);
}
