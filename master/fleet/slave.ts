import { createHash } from "node:crypto";
import { isIP } from "node:net";
import type {
  CheckStatusAnswer,
  ConnectWay,
  RegisterRequest,
  SlaveState,
} from "../../shared/contract/fleet.ts";
import { hostAndPort, withoutBrackets } from "../../shared/http/address.ts";
import type { OptionChoices } from "./choices.ts";
import { SlaveWork } from "./slaveWork.ts";

/** What the master knows of a slave. Only SlaveRegistry changes it; `work` has methods of its own. */
export interface Slave {
  /** Depends on address and port only; of a slave that connects out on the id that it shows. */
  readonly id: string;
  readonly ip: string;
  readonly port: number;
  readonly connect: ConnectWay;
  /** `host:port` as in a URL; `out:<id>` of a slave that connects out. */
  readonly address: string;
  /** URL with the pinned address; HTTPS when the slave announced it. */
  readonly baseUrl: string;
  /** Name that its certificate must have; undefined: the address. */
  readonly tlsName: string | undefined;
  readonly name: string;
  readonly state: SlaveState;
  /** Why it is not alive, in words; undefined for one that is, or that was not asked yet. */
  readonly reason: string | undefined;
  /** A slave of the Python service: see `master/classic/`. */
  readonly classic: boolean;
  /** It showed the fleet's token when it registered. Only then the master sends the token to it. */
  readonly showedToken: boolean;
  readonly version: string | undefined;
  /** Id of the process at the address; it changes when the slave restarts. */
  readonly instance: string | undefined;
  readonly slots: number;
  /** Steps that it can do: task -> step -> version. */
  readonly steps: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Values of options that it can do: task -> option -> values. */
  readonly choices: Readonly<Record<string, OptionChoices>>;
  readonly work: SlaveWork;
  readonly missedPolls: number;
  /** When its process registered first, and when it did last; ms since 1970. */
  readonly knownSince: number;
  readonly registeredAt: number;
  /** When it answered last. */
  readonly lastSeen: number | undefined;
  /** Time until which the slave has no room for units, or the master none for its parts, ms since 1970. */
  readonly fullUntil: number;
  /** Time until which the slave gets no units because of trouble, ms since 1970. */
  readonly restUntil: number;
  /** Troubles that good leases have not cancelled; they set the length of the next rest. */
  readonly troubles: number;
  /** After trouble the slave gets one unit, and more when it has answered that one. */
  readonly onProbation: boolean;
  /** Set by a request to drain: the slave gets no more units. */
  readonly drainWanted: boolean;
  readonly status: CheckStatusAnswer | undefined;
  /** Folder through which files are handed over by links; undefined: they are sent. */
  readonly handover: string | undefined;
  /** Most bytes of shared inputs that it keeps; 0: none. */
  readonly inputCacheBytes: number;
  /** Origin of the bucket's server from which it fetches inputs itself; undefined: they are sent. */
  readonly storeOrigin: string | undefined;
}

/** A slave as SlaveRegistry changes it. */
export type OwnSlave = { -readonly [Field in keyof Slave]: Slave[Field] };

/** State of a slave without troubles. */
export const UNTROUBLED = { fullUntil: 0, restUntil: 0, troubles: 0, onProbation: false };

/** Id of the slave that listens at an address and port. */
export function slaveId(ip: string, port: number): string {
  return createHash("sha256").update(hostAndPort(ip, port)).digest("hex").slice(0, 12);
}

export function newSlave(id: string, ip: string, request: RegisterRequest): OwnSlave {
  const slave: OwnSlave = {
    id,
    ip,
    port: request.slave_port,
    connect: request.tunnel === undefined ? "direct" : "out",
    address: request.tunnel === undefined ? hostAndPort(ip, request.slave_port) : `out:${id}`,
    baseUrl: "",
    tlsName: undefined,
    name: "",
    state: "pending",
    reason: undefined,
    classic: true,
    showedToken: false,
    version: undefined,
    instance: undefined,
    slots: 1,
    steps: {},
    choices: {},
    work: new SlaveWork(),
    missedPolls: 0,
    knownSince: Date.now(),
    registeredAt: Date.now(),
    lastSeen: undefined,
    ...UNTROUBLED,
    drainWanted: false,
    status: undefined,
    handover: undefined,
    inputCacheBytes: 0,
    storeOrigin: undefined,
  };
  describe(slave, request);
  return slave;
}

/** Takes over what a slave says of itself. */
export function describe(slave: OwnSlave, request: RegisterRequest): void {
  const host = slave.connect === "out" ? slave.ip : slave.address;
  slave.baseUrl = `${request.tls === true ? "https" : "http"}://${host}`;
  const { slave_ip: announced = "" } = request;
  slave.tlsName = announced === "" || isIP(withoutBrackets(announced)) !== 0 ? undefined : announced;
  slave.name = request.name ?? slave.address;
  slave.version = request.version;
  slave.classic = request.version === undefined;
  slave.instance = request.instance;
  slave.steps = request.steps ?? {};
  slave.choices = request.choices ?? {};
  slave.inputCacheBytes = request.input_cache_bytes ?? 0;
  slave.storeOrigin = request.store && new URL(request.store).origin;
  slave.slots = slave.classic ? 1 : (request.slots ?? 1);
}

/** Name and address: several slaves may have one name. */
export function fullName({ name, address }: Pick<Slave, "name" | "address">): string {
  return name === address ? address : `${name} (${address})`;
}

export interface MemoryTimes {
  /** A slave that never answered is forgotten when it has not registered for so long. */
  readonly pendingSeconds: number;
  /** Time for which a slave that answered once is kept after its last answer. */
  readonly forgetSeconds: number;
}

/** Whether a slave has not been heard of for so long that the master forgets it. */
export function isForgotten(slave: Slave, { pendingSeconds, forgetSeconds }: MemoryTimes): boolean {
  const { state, registeredAt, lastSeen = registeredAt } = slave;
  if (state === "alive" || state === "draining") return false;
  const [heard, seconds] = state === "pending" ? [registeredAt, pendingSeconds] : [lastSeen, forgetSeconds];
  return Date.now() - heard > seconds * 1000;
}
