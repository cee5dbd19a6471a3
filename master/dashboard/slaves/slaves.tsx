import type { SlaveView } from "../../../shared/contract/about.ts";
import { aliveSlaves, busy, slaves, slots } from "../data/store.ts";
import { State } from "../ui/state.tsx";
import { ago, count, counted } from "../ui/words.ts";
import { AddSlaves } from "./addSlaves.tsx";
import { StopButton, slaveState, usage } from "./slaveParts.tsx";
import { Working } from "./working.tsx";

/** Who is there, what each does and how it has done. */
export function Slaves() {
  const all = [...slaves.value.values()].toSorted(
    (a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "en"),
  );
  return (
    <>
      <div class="title">
        <h1>Slaves</h1>
        <p class="quiet">
          {counted(aliveSlaves.value.length, "slave")} alive, {busy.value} of {counted(slots.value, "slot")}{" "}
          busy
        </p>
      </div>
      <section class="slaves" aria-label="Slaves">
        {all.map((slave) => (
          <SlaveCard key={slave.id} slave={slave} />
        ))}
        {all.length === 0 && (
          <p class="card empty">No slave has registered. Start one here, or on another machine.</p>
        )}
      </section>
      <AddSlaves />
    </>
  );
}

function rank({ state }: SlaveView): number {
  return ["alive", "pending", "draining", "lost", "gone"].indexOf(state);
}

function SlaveCard({ slave }: { readonly slave: SlaveView }) {
  return (
    <article class="card slave">
      <header>
        <h2>
          <a href={`/slaves/${encodeURIComponent(slave.id)}`}>{slave.name}</a>
        </h2>
        <State {...slaveState(slave)} />
        <span class="r">
          <StopButton slave={slave} />
        </span>
      </header>
      <div class="body">
        <Working slave={slave} />
        {slave.reason !== undefined && <p class="why">{slave.reason}</p>}
        <p class="quiet">
          {count(slave.done)} done, {count(slave.failed)} failed{usage(slave)}
        </p>
        <p class="quiet">
          <span class="mono">{slave.address}</span>
          {slave.classic ? ", classic" : ""}
          {slave.master === undefined ? "" : `, at ${slave.master}`}
          {slave.version === undefined ? "" : `, version ${slave.version}`}
          {slave.state !== "alive" && slave.last_seen !== undefined ? `, seen ${ago(slave.last_seen)}` : ""}
        </p>
      </div>
    </article>
  );
}
