import { FairTurns } from "./fairTurns.ts";
import type { QueuedUnit } from "./port.ts";

/** Weight of a client in the fair share, by the name of its token; 1 unless said. */
export type ClientWeights = ReadonlyMap<string, number>;

/** What the turns need to know of a job. */
export interface TurnOfJob {
  readonly id: string;
  readonly client: ClientTurn;
  /** Leases that it got, divided by its priority. */
  served: number;
}

/** A client. It is kept when it has no job: its next one does not get the turns of the others once more. */
interface ClientTurn {
  readonly weight: number;
  readonly jobs: FairTurns<TurnOfJob>;
  /** Leases that its jobs got, divided by its weight. */
  served: number;
  /** Its units that wait. */
  waiting: number;
}

/** Clients take turns by weight, and the jobs of each client by priority. */
export class ClientTurns<J extends TurnOfJob> {
  readonly #weights: ClientWeights;
  readonly #make: (turn: TurnOfJob) => J;
  readonly #jobs = new Map<string, J>();
  /** All clients that had a unit, by name; that of a master without tokens is empty. */
  readonly #clients = new Map<string, ClientTurn>();
  /** Those that have a job. */
  readonly #turns = new FairTurns<ClientTurn>();

  /** @param make adds to a new job what the caller keeps of it */
  constructor(weights: ClientWeights, make: (turn: TurnOfJob) => J) {
    this.#weights = weights;
    this.#make = make;
  }

  /** The jobs, the one whose turn it is first. */
  *[Symbol.iterator](): Generator<J> {
    for (const { jobs } of this.#turns)
      for (const { id } of jobs) {
        const job = this.#jobs.get(id);
        if (job !== undefined) yield job;
      }
  }

  get(job: string): J | undefined {
    return this.#jobs.get(job);
  }

  /** The job of a unit; a new one when it is not known. */
  of({ job: id, client: name = "" }: Pick<QueuedUnit, "job" | "client">): J {
    const known = this.#jobs.get(id);
    if (known !== undefined) return known;
    const client = this.#clientOf(name);
    const job = this.#make({ id, client, served: client.jobs.latest });
    this.#jobs.set(id, job);
    client.jobs.add(job);
    return job;
  }

  /** A unit waits, or waits no more. A client of which none waited gets its share from now on, not that of its pause. */
  waits({ job }: Pick<QueuedUnit, "job">, change: 1 | -1): void {
    const client = this.#jobs.get(job)?.client;
    if (client === undefined) return;
    if (client.waiting === 0 && client.served < this.#turns.begun) {
      this.#turns.remove(client);
      client.served = this.#turns.begun;
      this.#turns.add(client);
    }
    client.waiting += change;
  }

  /** Counts a turn of the job and of its client. */
  took(job: J, priority: number): void {
    job.client.jobs.took(job, priority);
    this.#turns.took(job.client, job.client.weight);
  }

  /** The job is forgotten, with its share. */
  forget({ id }: J): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    this.#jobs.delete(id);
    job.client.jobs.remove(job);
    if (job.client.jobs.size === 0) this.#turns.remove(job.client);
  }

  #clientOf(name: string): ClientTurn {
    const client = this.#clients.get(name) ?? {
      weight: this.#weights.get(name) ?? 1,
      jobs: new FairTurns<TurnOfJob>(),
      served: 0,
      waiting: 0,
    };
    this.#clients.set(name, client);
    if (client.jobs.size === 0) this.#turns.add(client);
    return client;
  }
}
