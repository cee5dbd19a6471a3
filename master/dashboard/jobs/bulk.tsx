import type { BulkAnswer } from "../../../shared/contract/bulk.ts";
import { sendJson } from "../data/api.ts";
import { toast } from "../ui/toast.tsx";
import { counted } from "../ui/words.ts";
import { question } from "./actions.tsx";

interface BulkBarProps {
  readonly q: string;
  readonly total: number;
  readonly onDone: () => void;
}

const ACTIONS = [
  { verb: "Cancel", path: "cancel", text: "Jobs that have ended stay as they are." },
  { verb: "Retry failed", path: "retry", text: "The failed files of each become a new job." },
  { verb: "Delete", path: "delete", text: "Jobs, files and results are removed for good." },
] as const;

/** What can be done with all jobs that match, whether they are shown or not. */
export function BulkBar({ q, total, onDone }: BulkBarProps) {
  const jobs = counted(total, "job");
  const ask = ({ verb, path, text }: (typeof ACTIONS)[number]) => {
    question.value = {
      title: `${verb}: ${jobs}?`,
      text: `${text} The search is: ${q}`,
      verb: `${verb} ${jobs}`,
      act: async () => {
        const { changed, skipped } = await sendJson<BulkAnswer>("POST", `/jobs/${path}`, { q });
        toast(resultOf(verb, changed.length, skipped));
        onDone();
      },
    };
  };
  return (
    <div class="bulk">
      <span class="quiet">With all {jobs} that match:</span>
      {ACTIONS.map((action) => (
        <button
          key={action.path}
          type="button"
          class={action.path === "delete" ? "small d" : "small"}
          onClick={() => ask(action)}
        >
          {action.verb}
        </button>
      ))}
    </div>
  );
}

function resultOf(verb: string, changed: number, skipped: BulkAnswer["skipped"]): string {
  const first = skipped[0];
  const left =
    first === undefined ? "" : ` ${counted(skipped.length, "job")} left as they are: ${first.error}`;
  return `${verb}: ${counted(changed, "job")}.${left}`;
}
