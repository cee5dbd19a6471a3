import { CodedError } from "../../../shared/errors.ts";

export interface RemoteFailure {
  readonly code: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** The error of one item: `name`, `message` and `stack` are those of the function's own error. */
export class FunctionError extends CodedError {
  /** The item, from 0. */
  readonly index: number;

  constructor(index: number, { code, name, message, stack }: RemoteFailure) {
    super(code, message, { status: 422 });
    this.index = index;
    this.name = name;
    if (stack !== "") this.stack = stack;
  }
}
