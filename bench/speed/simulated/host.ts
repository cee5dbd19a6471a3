import { type SimulatedSlave, startSimulatedSlave } from "./slave.ts";

/** A process of simulated slaves, started by `startHost`; its only argument is what it shall start, as JSON. */

export interface HostWish {
  readonly master: string;
  readonly slaves: number;
  /** Of each slave. */
  readonly slots: number;
  /** Whether each unit that begins is told. */
  readonly tellsUnits: boolean;
}

export type HostMessage =
  | { readonly type: "ready" }
  | { readonly type: "counts"; readonly busy: number; readonly done: number }
  | { readonly type: "began"; readonly unit: string };

/** Time between two reports of the slots in use. */
const REPORT_MS = 250;

const { master, slaves: count, slots, tellsUnits } = JSON.parse(process.argv[2] ?? "{}") as HostWish;

function tell(message: HostMessage): void {
  process.send?.(message);
}

const options = tellsUnits ? { slots, onBegan: (unit: string) => tell({ type: "began", unit }) } : { slots };
const slaves: SimulatedSlave[] = [];
for (let n = 0; n < count; n += 1) slaves.push(await startSimulatedSlave(master, options));
tell({ type: "ready" });
setInterval(() => {
  const sum = (name: "busy" | "done") => slaves.reduce((all, { counts }) => all + counts[name], 0);
  tell({ type: "counts", busy: sum("busy"), done: sum("done") });
}, REPORT_MS);
// The process that started it is gone.
process.once("disconnect", () => process.exit());
