import { setTimeout as wait } from "node:timers/promises";
import { type Member, type MemberRequest, startMember } from "./member.ts";

export interface Supervised {
  /** URL of the process, once its first start has succeeded. @throws AppError `not_started` */
  readonly ready: Promise<string>;
  /** Ends the supervision, then the process, which is killed when the signal is aborted. */
  stop(late: AbortSignal): Promise<void>;
}

export interface SupervisorOptions {
  /** The process has started, also after an end. */
  readonly onReady: (url: string) => void;
  /** The process has ended and is started again in so many seconds. */
  readonly onEnd: (how: string, seconds: number) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A process that ran for so long has not failed to start. */
const STEADY_MS = 10_000;

/**
 * Keeps one process running. Each time it ends it is started again, after a longer wait while it does not last.
 * @param request asked before each start
 */
export function supervise(request: () => MemberRequest, options: SupervisorOptions): Supervised {
  const { onReady, onEnd } = options;
  const stopping = new AbortController();
  let member: Member = startMember(request());
  const { ready } = member;
  const loop = async () => {
    let waitMs = FIRST_WAIT_MS;
    while (!stopping.signal.aborted) {
      const since = Date.now();
      member.ready.then(onReady, () => undefined);
      const how = await member.exited;
      if (stopping.signal.aborted) return;
      waitMs = Date.now() - since > STEADY_MS ? FIRST_WAIT_MS : waitMs;
      onEnd(how, waitMs / 1000);
      await wait(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs);
      member = startMember(request());
    }
  };
  const ended = loop();
  return {
    ready,
    stop: async (late) => {
      stopping.abort();
      await member.stop(late);
      await ended;
    },
  };
}
