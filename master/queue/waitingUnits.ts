import { ClientTurns, type ClientWeights, type TurnOfJob } from "./clientTurns.ts";
import { fitting } from "./fitting.ts";
import { isSuspect, type LeaseSize, type MapHead, type QueuedUnit } from "./port.ts";
import { mapOf } from "./unitId.ts";

/** Units of one map that wait, in the order they were put. */
interface MapLane {
  readonly job: JobTurn;
  readonly map: string;
  readonly waiting: QueuedUnit[];
  /** Units before this index have gone out; the array is cut from time to time. */
  head: number;
}

/** A job with units that wait or are leased. */
interface JobTurn extends TurnOfJob {
  readonly lanes: Map<string, MapLane>;
  /** Suspect units, by id. */
  readonly suspects: Map<string, QueuedUnit>;
  /** Units that are leased. */
  leased: number;
}

/** Units that have gone out and that a lane still holds before its array is cut. */
const MAX_GONE = 1024;

/** The units of MemoryQueue that wait: a lane for each map. Clients take turns, and so do the jobs of each. */
export class WaitingUnits {
  readonly #turns: ClientTurns<JobTurn>;
  readonly #lanes = new Map<string, MapLane>();
  /** Suspect units of all jobs, by id. */
  readonly #suspects = new Map<string, QueuedUnit>();
  #units = 0;
  #bytes = 0;

  constructor(weights: ClientWeights) {
    this.#turns = new ClientTurns(weights, (turn) => ({
      ...turn,
      lanes: new Map(),
      suspects: new Map(),
      leased: 0,
    }));
  }

  get units(): number {
    return this.#units;
  }

  get bytes(): number {
    return this.#bytes;
  }

  put(unit: QueuedUnit): void {
    this.#laneOf(unit).waiting.push(unit);
    this.#count(unit, 1);
  }

  /** Puts a unit back that was leased, before all others of its map. */
  putBack(unit: QueuedUnit): void {
    if (isSuspect(unit)) {
      this.#suspects.set(unit.id, unit);
      this.#turns.of(unit).suspects.set(unit.id, unit);
    } else {
      const lane = this.#laneOf(unit);
      lane.waiting.splice(lane.head, 0, unit);
    }
    this.#count(unit, 1);
    this.ended(unit);
  }

  *heads(): Generator<MapHead> {
    for (const job of this.#turns) yield* headsOf(job);
  }

  /** Removes units from the head of a map for a lease, which is one turn of their job. */
  take(map: string, most: LeaseSize): readonly QueuedUnit[] {
    const lane = this.#lanes.get(map);
    if (lane === undefined) return this.#takeSuspect(map);
    const units = fitting(lane.waiting, lane.head, most);
    for (const unit of units) this.#count(unit, -1);
    lane.job.leased += units.length;
    lane.head += units.length;
    if (lane.head === lane.waiting.length) this.#drop(lane);
    else if (lane.head > MAX_GONE) cut(lane);
    if (units.length > 0) this.#turns.took(lane.job, units[0]?.priority ?? 1);
    return units;
  }

  #takeSuspect(id: string): readonly QueuedUnit[] {
    const unit = this.#removeSuspect(id);
    const turn = unit === undefined ? undefined : this.#turns.get(unit.job);
    if (unit === undefined || turn === undefined) return [];
    turn.leased += 1;
    this.#turns.took(turn, unit.priority);
    return [unit];
  }

  #removeSuspect(id: string): QueuedUnit | undefined {
    const unit = this.#suspects.get(id);
    if (unit === undefined) return undefined;
    this.#suspects.delete(id);
    this.#turns.get(unit.job)?.suspects.delete(id);
    return this.#count(unit, -1);
  }

  /** A leased unit ended, or was put back. A job without units is forgotten, with its share. */
  ended({ job }: Pick<QueuedUnit, "job">): void {
    const turn = this.#turns.get(job);
    if (turn === undefined) return;
    turn.leased -= 1;
    this.#forgetIfIdle(turn);
  }

  /** Removes these units where they wait; answers their ids. */
  withdraw(units: readonly Pick<QueuedUnit, "id">[]): readonly string[] {
    const wanted = new Set(units.map(({ id }) => id));
    const withdrawn = this.#withdrawSuspects(wanted);
    for (const map of new Set(units.map(({ id }) => mapOf(id)))) {
      const lane = this.#lanes.get(map);
      if (lane === undefined) continue;
      cut(lane);
      const left: QueuedUnit[] = [];
      for (const unit of lane.waiting) {
        if (!wanted.has(unit.id)) left.push(unit);
        else withdrawn.push(this.#count(unit, -1).id);
      }
      lane.waiting.splice(0, lane.waiting.length, ...left);
      if (left.length === 0) this.#drop(lane);
      this.#forgetIfIdle(lane.job);
    }
    return withdrawn;
  }

  #withdrawSuspects(wanted: ReadonlySet<string>): string[] {
    if (this.#suspects.size === 0) return [];
    const suspects = [...wanted].flatMap((id) => this.#removeSuspect(id) ?? []);
    for (const { job } of suspects) {
      const turn = this.#turns.get(job);
      if (turn !== undefined) this.#forgetIfIdle(turn);
    }
    return suspects.map(({ id }) => id);
  }

  /** Drops all units of a job that wait. */
  cancel(job: string): void {
    const turn = this.#turns.get(job);
    if (turn === undefined) return;
    for (const lane of turn.lanes.values()) {
      for (const unit of lane.waiting.slice(lane.head)) this.#count(unit, -1);
      this.#lanes.delete(lane.map);
    }
    for (const id of [...turn.suspects.keys()]) this.#removeSuspect(id);
    this.#turns.forget(turn);
  }

  #laneOf(unit: QueuedUnit): MapLane {
    const map = mapOf(unit.id);
    const known = this.#lanes.get(map);
    if (known !== undefined) return known;
    const turn = this.#turns.of(unit);
    const lane: MapLane = { job: turn, map, waiting: [], head: 0 };
    turn.lanes.set(map, lane);
    this.#lanes.set(map, lane);
    return lane;
  }

  #drop(lane: MapLane): void {
    lane.job.lanes.delete(lane.map);
    this.#lanes.delete(lane.map);
  }

  #forgetIfIdle(turn: JobTurn): void {
    if (turn.lanes.size + turn.suspects.size === 0 && turn.leased <= 0) this.#turns.forget(turn);
  }

  #count(unit: QueuedUnit, sign: 1 | -1): QueuedUnit {
    this.#units += sign;
    this.#bytes += sign * unit.bytes;
    this.#turns.waits(unit, sign);
    return unit;
  }
}

function* headsOf(job: JobTurn): Generator<MapHead> {
  for (const first of job.suspects.values()) yield { map: first.id, first, waiting: 1 };
  for (const { map, waiting, head } of job.lanes.values()) {
    const first = waiting[head];
    if (first !== undefined) yield { map, first, waiting: waiting.length - head };
  }
}

function cut(lane: MapLane): void {
  lane.waiting.splice(0, lane.head);
  lane.head = 0;
}
