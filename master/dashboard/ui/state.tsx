import type { FileCounts, Shape } from "../jobs/states.ts";

export function State({ word, shape }: { readonly word: string; readonly shape: Shape }) {
  return <span class={`st ${shape}`}>{word}</span>;
}

/** Files of a job by state, as one bar. */
export function Progress({ counts }: { readonly counts: FileCounts }) {
  const { total, done, failed, cancelled, running } = counts;
  const share = (files: number) => ({ width: `${total === 0 ? 0 : (100 * files) / total}%` });
  return (
    <div
      class="prog"
      role="progressbar"
      aria-label="Progress"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done + failed + cancelled}
      aria-valuetext={`${done} of ${total} files done, ${failed} failed`}
    >
      <i class="ok" style={share(done)} />
      <i class="ko" style={share(failed)} />
      <i class="rn" style={share(running)} />
    </div>
  );
}
