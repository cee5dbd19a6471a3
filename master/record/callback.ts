import type { CallbackState } from "../../shared/contract/callback.ts";

/** Where the end of a job is told, as its client asked for it. */
export interface CallbackTarget {
  /** http or https, without user and password. */
  readonly url: string;
  /** The client was on the master's machine: only then the URL may lead to a loopback address. */
  readonly fromLoopback: boolean;
}

/** What came of the last try to send a webhook. Times are milliseconds since 1970. */
export interface WebhookTry {
  readonly state: Exclude<CallbackState, "waiting">;
  readonly lastStatus?: number | undefined;
  /** Why there was no answer, for people. */
  readonly lastError?: string | undefined;
  /** When the next try is due; undefined when there is none. */
  readonly nextAt?: number | undefined;
}

/** The callback of a job as recorded. */
export interface JobCallbackRecord extends CallbackTarget, Omit<WebhookTry, "state"> {
  readonly state: CallbackState;
  readonly attempts: number;
}

/** A webhook that is to be sent. */
export interface DueWebhook extends CallbackTarget {
  readonly job: string;
  readonly body: string;
  readonly attempts: number;
  readonly nextAt: number;
}

/** Webhooks that are being sent, and origins of URLs that have enough of them. */
export interface BusyWebhooks {
  readonly jobs: readonly string[];
  readonly origins: readonly string[];
}

/**
 * Callbacks of jobs. The end of a job makes its callback `pending` in the same transaction. A webhook that has a body
 * outlives its job: when the job is removed, it goes once it is delivered or given up.
 */
export interface RecordedCallbacks {
  /** Jobs that are over and whose webhook has no body. */
  unprepared(): Promise<readonly string[]>;
  /** From now on the webhook of a job that is over can be sent. */
  prepare(job: string, body: string): Promise<void>;
  /** The webhook that is due first, now or later. */
  next(except: BusyWebhooks): Promise<DueWebhook | undefined>;
  /** Counts a try. */
  note(job: string, tried: WebhookTry): Promise<void>;
}
