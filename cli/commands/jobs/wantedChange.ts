import type { BulkAction } from "../../sdk/index.ts";
import type { ConnectionFlags } from "../connection.ts";
import type { OptionFlags } from "../optionFlags.ts";
import type { SelectionFlags } from "./selection.ts";

export interface ChangeFlags extends ConnectionFlags, SelectionFlags, Partial<OptionFlags> {
  readonly yes?: boolean;
}

/** What a command does with some jobs. */
export interface WantedChange {
  readonly action: BulkAction;
  readonly ids: readonly string[];
  readonly flags: ChangeFlags;
}
