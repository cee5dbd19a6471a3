import type { SlaveView } from "../../../shared/contract/about.ts";
import { slaves } from "../data/store.ts";
import { State } from "../ui/state.tsx";
import { ago, bytes, count } from "../ui/words.ts";
import { StopButton, slaveState } from "./slaveParts.tsx";
import { Speed } from "./speed.tsx";
import { Working } from "./working.tsx";

/** One slave: its slots, its numbers, and the way to its jobs. */
export function SlavePage({ id }: { readonly id: string }) {
  const slave = slaves.value.get(id);
  if (slave === undefined) return <Unknown />;
  return (
    <>
      <Head slave={slave} />
      <div class="kv">
        {factsOf(slave).map(([value, what]) => (
          <div key={what}>
            <b>{value}</b>
            <span>{what}</span>
          </div>
        ))}
      </div>
      {slave.reason !== undefined && <p class="why">{slave.reason}</p>}
      <section class="card slave" aria-label="Slots">
        <div class="body">
          <Working slave={slave} />
          <p class="quiet">Tasks: {slave.tasks.join(", ") || "none yet"}</p>
        </div>
      </section>
      <Speed slave={slave} />
    </>
  );
}

function Unknown() {
  return (
    <section class="card empty">
      <h1>The master knows no such slave</h1>
      <p>
        <a href="/slaves">All slaves</a>
      </p>
    </section>
  );
}

function Head({ slave }: { readonly slave: SlaveView }) {
  return (
    <div class="title">
      <div>
        <small class="quiet">
          <a href="/slaves">Slaves</a> / <span class="mono">{slave.address}</span>
        </small>
        <h1>{slave.name}</h1>
      </div>
      <State {...slaveState(slave)} />
      <div class="actions">
        <a class="button" href={`/jobs?q=${encodeURIComponent(`slave:"${slave.name}"`)}`}>
          Its jobs
        </a>
        <a class="button" href={`/timeline?slave=${encodeURIComponent(slave.id)}`}>
          Its timeline
        </a>
        <StopButton slave={slave} />
      </div>
    </div>
  );
}

function factsOf(slave: SlaveView): readonly (readonly [string, string])[] {
  return [
    [`${slave.busy} / ${slave.slots}`, "slots busy"],
    [count(slave.done), "units done"],
    [count(slave.failed), "failed by the slave"],
    [slave.cpu === undefined ? "–" : slave.cpu.toFixed(2), "load per core"],
    [slave.memory === undefined ? "–" : bytes(slave.memory), "memory"],
    [slave.last_seen === undefined ? "never" : ago(slave.last_seen), "last seen"],
    [slave.version ?? (slave.classic ? "classic" : "–"), "version"],
  ];
}
