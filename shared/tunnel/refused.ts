/** A master that answered, and does not take the connection. */
export class TunnelRefusedError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the master answered ${status}`);
    this.status = status;
  }
}
