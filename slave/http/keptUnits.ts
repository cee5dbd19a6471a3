import { hash } from "node:crypto";
import { rm } from "node:fs/promises";
import { AppError } from "../../shared/errors.ts";
import { onAbort } from "../pool/onAbort.ts";
import type { UnitHooks, UnitOutput } from "../pool/unit.ts";
import type { ReceivedLease, WorkUnit } from "./lease.ts";

export interface KeptUnitsDeps {
  /** Time for which a unit goes on without a master. */
  readonly keepMs: number;
  /** Aborted when the slave ends now: nothing is kept any longer. */
  readonly stopped: AbortSignal;
}

/** How a lease asks for a unit. Its `signal` is aborted with a `ConnectionLostError` when the unit is to be kept. */
export interface UnitClaim {
  /** The same for the same work, as `workKey` makes it. */
  readonly key: string;
  readonly hooks: UnitHooks;
  readonly begin: (hooks: UnitHooks) => Promise<UnitOutput>;
}

/** A unit at work for a lease. */
export interface ClaimedUnit {
  /** @throws as `Pool.run` */
  readonly output: Promise<UnitOutput>;
  /** To be called once its output is sent, or is not wanted. */
  readonly release: () => void;
}

/** Reason of a lease whose connection broke without a word of the master: its running units may be asked for again. */
export class ConnectionLostError extends AppError {
  constructor() {
    super("client_gone", "The connection to the master was lost.", { status: 400 });
  }
}

interface KeptState {
  readonly folder: string;
  readonly ending: AbortController;
  /** Of the lease that has it now, or had it last. */
  hooks: UnitHooks;
  isStarted: boolean;
  isOver: boolean;
  /** Set while no lease has it. */
  expiry: NodeJS.Timeout | undefined;
}
type Kept = KeptState & { readonly output: Promise<UnitOutput> };

/**
 * Units of a slave that holds the connection to its master. When that breaks, a unit that runs goes on for a while, and the lease
 * that asks for the same work next gets its result. Which lease a unit belongs to stays the decision of the master.
 */
export class KeptUnits {
  readonly #deps: KeptUnitsDeps;
  readonly #kept = new Map<string, Kept>();
  /** Folders whose lease is over. */
  readonly #left = new Set<string>();

  constructor(deps: KeptUnitsDeps) {
    this.#deps = deps;
    deps.stopped.addEventListener("abort", () => {
      for (const [key, kept] of this.#kept) this.#forget(key, kept);
    });
  }

  /** Begins a unit, or takes over one that was kept. */
  claim({ key, hooks, begin }: UnitClaim): ClaimedUnit {
    if (hooks.signal.aborted)
      return { output: Promise.reject(hooks.signal.reason), release: () => undefined };
    const kept = this.#takenOver(key, hooks) ?? this.#begun(key, hooks, begin);
    const isOwn = () => kept.hooks === hooks;
    const output = new Promise<UnitOutput>((resolve, reject) => {
      const unlisten = onAbort(hooks.signal, () => {
        if (isOwn()) this.#leave(key, kept, hooks.signal.reason);
        reject(hooks.signal.reason);
      });
      kept.output.then(resolve, reject).finally(unlisten);
    });
    const release = () => {
      if (isOwn() && kept.expiry === undefined) this.#forget(key, kept);
    };
    return { output, release };
  }

  /** Removes the folder of a lease that is over, once no kept unit needs it. */
  async leaveFolder(folder: string): Promise<void> {
    this.#left.add(folder);
    await this.#removeUnused(folder);
  }

  #takenOver(key: string, hooks: UnitHooks): Kept | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    clearTimeout(kept.expiry);
    kept.expiry = undefined;
    kept.hooks = hooks;
    if (kept.isStarted) hooks.onStart?.();
    return kept;
  }

  #begun(key: string, hooks: UnitHooks, begin: UnitClaim["begin"]): Kept {
    const state: KeptState = {
      ...{ folder: hooks.keepIn, ending: new AbortController(), hooks },
      ...{ isStarted: false, isOver: false, expiry: undefined },
    };
    const output = begin({
      ...hooks,
      signal: state.ending.signal,
      onStart: () => {
        state.isStarted = true;
        state.hooks.onStart?.();
      },
      onProgress: (done) => state.hooks.onProgress?.(done),
    });
    const kept: Kept = Object.assign(state, { output });
    this.#kept.set(key, kept);
    // A failure is told to the lease that has the unit, if one has it.
    const end = () => {
      state.isOver = true;
    };
    output.then(end, end);
    return kept;
  }

  #leave(key: string, kept: Kept, reason: unknown): void {
    const isKept = reason instanceof ConnectionLostError && kept.isStarted && !this.#deps.stopped.aborted;
    if (isKept) kept.expiry = setTimeout(() => this.#forget(key, kept), this.#deps.keepMs).unref();
    else this.#forget(key, kept, reason);
  }

  #forget(key: string, kept: Kept, reason: unknown = this.#deps.stopped.reason): void {
    clearTimeout(kept.expiry);
    if (this.#kept.get(key) === kept) this.#kept.delete(key);
    // An abort costs more than all else here, and most units are over.
    if (!kept.isOver) kept.ending.abort(reason);
    if (this.#left.has(kept.folder)) void this.#removeUnused(kept.folder).catch(() => undefined);
  }

  async #removeUnused(folder: string): Promise<void> {
    const isUsed = [...this.#kept.values()].some((kept) => kept.folder === folder);
    if (isUsed || !this.#left.delete(folder)) return;
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two units of the same key give the same output: the master named them alike, and the step gets the same bytes. */
export function workKey(
  { task, options }: ReceivedLease,
  step: string,
  { id, args, files }: WorkUnit,
): string {
  const inputs = files.map(({ filename, sha256 }) => [filename, sha256]);
  return hash("sha256", JSON.stringify([task.name, step, options, id, args, inputs]), "base64");
}
