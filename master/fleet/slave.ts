import { createHash } from "node:crypto";
import { isIP } from "node:net";
import type { CheckStatusAnswer, RegisterRequest, SlaveState } from "../../shared/contract/fleet.ts";
import { hostAndPort, withoutBrackets } from "../../shared/http/address.ts";

/** What the master knows of a slave. Owned by SlaveRegistry; the dispatcher keeps `assigned` right. */
export interface Slave {
  /** Depends on address and port only. */
  readonly id: string;
  readonly ip: string;
  readonly port: number;
  /** `host:port` as in a URL. */
  readonly address: string;
  /** URL with the pinned address; HTTPS when the slave announced it. */
  baseUrl: string;
  /** Name that its certificate must have; undefined: the address. */
  tlsName: string | undefined;
  name: string;
  state: SlaveState;
  classic: boolean;
  version: string | undefined;
  /** Id of the process behind the address; it changes when the slave restarts. */
  instance: string | undefined;
  slots: number;
  /** Steps of the slave: task -> step -> version. */
  steps: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Number of units at the slave, and the expected seconds of slot time that they take. */
  assigned: number;
  assignedSeconds: number;
  /** Sequence number of its newest lease; 0 before the first. */
  newestLease: number;
  done: number;
  failed: number;
  missedPolls: number;
  registeredAt: number;
  lastSeen: number | undefined;
  /** Time before which the slave gets no units, ms since 1970. */
  restUntil: number;
  /** Troubles that good leases have not yet cancelled; they set the length of the next rest. */
  troubles: number;
  /** After trouble the slave gets one unit, and more only when it has answered that one. */
  onProbation: boolean;
  /** Set by a request to drain: the slave gets no more units. */
  drainWanted: boolean;
  status: CheckStatusAnswer | undefined;
  /** Folder for files that are handed over by links; undefined: files are sent. */
  handover: string | undefined;
}

/** State of a slave without troubles. */
export const UNTROUBLED = { restUntil: 0, troubles: 0, onProbation: false };

/** The classic service did these, each with one request. */
export const CLASSIC_TASKS = ["image", "text", "ocr", "audio", "document"] as const;
/** Fitted over the files of one request, so a classic slave may do it only when it gets the whole job. */
export const CLASSIC_WHOLE_JOB_TASK = "embedding";

export function tasksOf(slave: Slave): readonly string[] {
  return slave.classic ? [...CLASSIC_TASKS, CLASSIC_WHOLE_JOB_TASK] : Object.keys(slave.steps);
}

/** The id of a slave, made of its address and port. */
export function slaveId(ip: string, port: number): string {
  return createHash("sha256").update(hostAndPort(ip, port)).digest("hex").slice(0, 12);
}

export function newSlave(id: string, ip: string, request: RegisterRequest): Slave {
  const slave: Slave = {
    id,
    ip,
    port: request.slave_port,
    address: hostAndPort(ip, request.slave_port),
    baseUrl: "",
    tlsName: undefined,
    name: "",
    state: "pending",
    classic: true,
    version: undefined,
    instance: undefined,
    slots: 1,
    steps: {},
    assigned: 0,
    assignedSeconds: 0,
    newestLease: 0,
    done: 0,
    failed: 0,
    missedPolls: 0,
    registeredAt: Date.now(),
    lastSeen: undefined,
    ...UNTROUBLED,
    drainWanted: false,
    status: undefined,
    handover: undefined,
  };
  describe(slave, request);
  return slave;
}

/** Copies the fields of a registration. */
export function describe(slave: Slave, request: RegisterRequest): void {
  slave.baseUrl = `${request.tls === true ? "https" : "http"}://${slave.address}`;
  const { slave_ip: announced = "" } = request;
  slave.tlsName = announced === "" || isIP(withoutBrackets(announced)) !== 0 ? undefined : announced;
  slave.name = request.name ?? slave.address;
  slave.version = request.version;
  slave.classic = request.version === undefined;
  slave.instance = request.instance;
  slave.steps = request.steps ?? {};
  slave.slots = slave.classic ? 1 : (request.slots ?? 1);
}
