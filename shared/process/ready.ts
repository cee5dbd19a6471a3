/** What a process that was started by another one of ours says when it can be used. */
export interface ReadyMessage {
  readonly type: "ready";
  /** Where it answers. */
  readonly url: string;
}

/** Tells the parent, where it listens; does nothing in a process that was started by hand. */
export function announceReady(url: string): void {
  const message: ReadyMessage = { type: "ready", url };
  process.send?.(message);
}
