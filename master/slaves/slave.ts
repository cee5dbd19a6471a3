import type { CheckStatusAnswer, SlaveState } from "../../shared/contract/fleet.ts";

/** A slave as the master knows it. Owned by SlaveRegistry; the dispatcher keeps `assigned` right. */
export interface Slave {
  /** Stays the same for an address and port. */
  readonly id: string;
  readonly ip: string;
  readonly port: number;
  /** Address and port, as in URLs. */
  readonly address: string;
  /** With the pinned address; HTTPS when the slave said so. */
  baseUrl: string;
  /** The name that its certificate is to have; undefined: the address. */
  tlsName: string | undefined;
  name: string;
  state: SlaveState;
  classic: boolean;
  version: string | undefined;
  /** The process behind the address; another one means that the slave was restarted. */
  instance: string | undefined;
  slots: number;
  /** Steps it can do: task -> step -> version. */
  steps: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Units given and not answered, and the seconds of slot time that they will probably take. */
  assigned: number;
  assignedSeconds: number;
  done: number;
  failed: number;
  missedPolls: number;
  registeredAt: number;
  lastSeen: number | undefined;
  /** Not before this time is it given work again after trouble. */
  restUntil: number;
  /** Troubles in a row; sets the length of the next rest. */
  troubles: number;
  /** It was asked to go, and gets nothing more. */
  drainWanted: boolean;
  status: CheckStatusAnswer | undefined;
}

/** The classic service did these, each with one request. */
export const CLASSIC_TASKS = ["image", "text", "ocr", "audio", "document"] as const;
/** Fitted over the files of one request, so a classic slave may do it only when it gets the whole job. */
export const CLASSIC_WHOLE_JOB_TASK = "embedding";

export function tasksOf(slave: Slave): readonly string[] {
  return slave.classic ? [...CLASSIC_TASKS, CLASSIC_WHOLE_JOB_TASK] : Object.keys(slave.steps);
}
