import type { AppError } from "../../../shared/errors.ts";
import type { Bundle } from "./bundle.ts";

/** A bundle that goes out, with its turn. */
export interface OfferedBundle extends Bundle {
  /** Virtual time at which it may start: of a lane, the bundle with the least one is taken first. */
  readonly startTime: number;
}

/** A bundle that this master holds. */
export interface TakenBundle extends OfferedBundle {
  /** The fence: what is said under the token of an earlier holder is refused. */
  readonly token: string;
  /** Another holder had it before: some of its units may be done. */
  readonly isAgain: boolean;
}

/** What masters tell each other of units: ids of those that a slave began, and of those that wait again. */
export interface UnitNews {
  readonly running: readonly string[];
  readonly waiting: readonly string[];
}

/**
 * The waiting work of all masters. Laws, which `bundles.contract.ts` tests for every engine:
 * - a bundle is there once, however often it is added, until it is completed or removed; then its id may come again;
 * - one master holds a bundle at a time; of a lane, the bundle with the least start time is taken first;
 * - a bundle that is not extended for `HOLD_MS` goes back within 10 s, and its next holder has another token;
 * - `extend`, `complete` and `release` under a token that is too old change nothing;
 * - news reach every other master; what was told while a master was cut off may be lost;
 * - each call ends within seconds: `queue_unavailable` when the engine does not answer, or has no memory left.
 */
export interface Bundles {
  /** @throws AppError `queue_unavailable`, like all calls below */
  add(bundles: readonly OfferedBundle[]): Promise<void>;
  /** The bundle of a lane whose turn it is; undefined when none waits. */
  take(lane: string): Promise<TakenBundle | undefined>;
  /** Holds them longer. Resolves with those that another master has, or will have, by now. */
  extend(taken: readonly TakenBundle[]): Promise<readonly TakenBundle[]>;
  /** Its units are done, or no longer wanted. False under a token that is too old. */
  complete(taken: TakenBundle): Promise<boolean>;
  /** Hands it back for another master. */
  release(taken: TakenBundle): Promise<boolean>;
  /** Removes a bundle that waits; false when it is held, or not there. */
  remove(bundle: Pick<Bundle, "id" | "lane">): Promise<boolean>;
  /** Start time of the bundle that is taken next; undefined when none waits. */
  nextStart(lane: string): Promise<number | undefined>;
  /** Tells other masters. What is not told in time is lost. */
  tell(news: UnitNews): void;
  /** Calls the listener with the news of other masters. Returns a function that ends the calls. */
  onNews(listener: (news: UnitNews) => void): () => void;
  /** Calls the listener when a lane may have a bundle to take. Returns a function that ends the calls. */
  onReady(listener: (lane: string) => void): () => void;
  /** Whether no other master was heard of in the last `GONE_MS`: it has nothing to share with. */
  readonly alone: boolean;
  /** Why the engine cannot be used now; undefined while it can. */
  readonly trouble: AppError | undefined;
  close(): Promise<void>;
}

/** Time without a word of a master after which it counts as gone. */
export const GONE_MS = 10_000;
/** Time for which a master holds a bundle that it does not extend. */
export const HOLD_MS = 4_000;
