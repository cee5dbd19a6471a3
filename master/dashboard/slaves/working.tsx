import type { SlaveView } from "../../../shared/contract/about.ts";
import { duration } from "../ui/words.ts";

/** Slots that are drawn one by one; those of larger slaves are counted. */
const MOST = 64;

/** Each slot of a slave: the file that it works on and for how long, or free. */
export function Working({ slave }: { readonly slave: SlaveView }) {
  const { slots, busy, waiting, working_on: units = [] } = slave;
  const shown = Array.from({ length: Math.min(slots, MOST) }, (_, at) => at);
  return (
    <>
      <ol class="slots">
        {shown.map((at) => (
          <li key={at} class={at < busy ? "b" : ""}>
            <Slot unit={units[at]} isBusy={at < busy} />
          </li>
        ))}
      </ol>
      {slots > MOST && (
        <p class="quiet">
          {MOST} of {slots} slots
        </p>
      )}
      {waiting > 0 && <p class="quiet">{waiting} waiting at the slave</p>}
    </>
  );
}

type Unit = NonNullable<SlaveView["working_on"]>[number];

function Slot({ unit, isBusy }: { readonly unit: Unit | undefined; readonly isBusy: boolean }) {
  if (unit === undefined) return <span class="quiet">{isBusy ? "busy" : "free"}</span>;
  return (
    <>
      <span class="task">{unit.task}</span> <span class="path">{unit.filename}</span>
      <span class="num quiet">{duration(unit.seconds)}</span>
    </>
  );
}
