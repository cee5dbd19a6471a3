import { createHash } from "node:crypto";
import { isIP } from "node:net";
import type { CheckStatusAnswer, RegisterRequest, SlaveState } from "../../shared/contract/fleet.ts";
import { hostAndPort } from "./address.ts";

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
  /** Number of its newest lease among all; 0 before the first. */
  newestLease: number;
  done: number;
  failed: number;
  missedPolls: number;
  registeredAt: number;
  lastSeen: number | undefined;
  /** Not before this time is it given work again after trouble. */
  restUntil: number;
  /** Troubles that were not yet made up for by good leases; sets the length of the next rest. */
  troubles: number;
  /** Half open: after trouble it gets one unit, and more only when that was answered. */
  onProbation: boolean;
  /** It was asked to go, and gets nothing more. */
  drainWanted: boolean;
  status: CheckStatusAnswer | undefined;
  /** Where files are handed over by links; undefined: they are sent. */
  handover: string | undefined;
}

/** Of a process that nothing is held against. */
export const UNTROUBLED = { restUntil: 0, troubles: 0, onProbation: false };

/** The classic service did these, each with one request. */
export const CLASSIC_TASKS = ["image", "text", "ocr", "audio", "document"] as const;
/** Fitted over the files of one request, so a classic slave may do it only when it gets the whole job. */
export const CLASSIC_WHOLE_JOB_TASK = "embedding";

export function tasksOf(slave: Slave): readonly string[] {
  return slave.classic ? [...CLASSIC_TASKS, CLASSIC_WHOLE_JOB_TASK] : Object.keys(slave.steps);
}

/** Of whoever listens at an address and port. */
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

/** Takes over what a slave says of itself. */
export function describe(slave: Slave, request: RegisterRequest): void {
  slave.baseUrl = `${request.tls === true ? "https" : "http"}://${slave.address}`;
  const { slave_ip: announced = "" } = request;
  slave.tlsName = announced === "" || isIP(announced.replace(/^\[|\]$/g, "")) !== 0 ? undefined : announced;
  slave.name = request.name ?? slave.address;
  slave.version = request.version;
  slave.classic = request.version === undefined;
  slave.instance = request.instance;
  slave.steps = request.steps ?? {};
  slave.slots = slave.classic ? 1 : (request.slots ?? 1);
}
