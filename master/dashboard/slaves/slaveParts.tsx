import type { SlaveView } from "../../../shared/contract/about.ts";
import { sendJson } from "../data/api.ts";
import { question } from "../jobs/actions.tsx";
import type { Shape } from "../jobs/states.ts";
import { bytes } from "../ui/words.ts";

export function slaveState({ state }: SlaveView): { readonly word: string; readonly shape: Shape } {
  switch (state) {
    case "alive":
      return { word: "alive", shape: "done" };
    case "pending":
      return { word: "pending", shape: "wait" };
    case "draining":
      return { word: "draining", shape: "part" };
    case "lost":
      return { word: "lost", shape: "fail" };
    case "gone":
      return { word: "gone", shape: "stop" };
  }
}

/** `, load 0.8 per core, memory 412 MB`, as far as the slave tells it. */
export function usage({ cpu, memory }: SlaveView): string {
  const load = cpu === undefined ? "" : `, load ${cpu.toFixed(1)} per core`;
  return memory === undefined ? load : `${load}, memory ${bytes(memory)}`;
}

/** A slave that is stopped finishes what it has. */
export function StopButton({ slave }: { readonly slave: SlaveView }) {
  if (slave.state !== "alive" && slave.state !== "pending") return null;
  const ask = () => {
    question.value = {
      title: `Stop slave ${slave.name}?`,
      text: "It gets no more files, finishes those that it has, and ends. Files that wait go to other slaves.",
      verb: "Stop slave",
      act: async () => {
        await sendJson("DELETE", `/slaves/${encodeURIComponent(slave.id)}`);
      },
    };
  };
  return (
    <button type="button" class="small d" onClick={ask}>
      Drain and stop
    </button>
  );
}
