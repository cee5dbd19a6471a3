import { count } from "../../ui/words.ts";
import { Figures } from "../parts/figures.tsx";
import { Result } from "../parts/result.tsx";
import { Section } from "../parts/section.tsx";
import { Weights } from "../parts/weights.tsx";
import type { ViewerProps } from "../viewer.ts";
import type { EmbeddingResult, Sparse } from "./result.ts";
import "../style/text.css";

/** Terms of a document by weight, and the documents that are nearest to it. */
export function Terms({ job, file }: ViewerProps) {
  return (
    <Result<EmbeddingResult> file={file} task="embedding">
      {({ sparse, vector_size: size, non_zero_features: used, neighbours }) => (
        <>
          <Figures
            of={[
              { value: count(used), label: "terms of this file" },
              { value: count(size), label: "terms of all files together" },
              {
                value: `${((100 * used) / Math.max(1, size)).toFixed(1)} %`,
                label: "of the vector is not 0",
              },
            ]}
          />
          <div class="halves">
            <Section title="Terms" note="tf × idf, largest first">
              <Weights of={byWeight(sparse)} />
            </Section>
            <Section title="Nearest files" note={neighbours === undefined ? undefined : "cosine similarity"}>
              {neighbours === undefined ? (
                <p class="quiet small">Send the job with the option neighbours to have them named.</p>
              ) : (
                <Nearest job={job.id} of={neighbours} />
              )}
            </Section>
          </div>
        </>
      )}
    </Result>
  );
}

function byWeight({ terms, values }: Sparse) {
  return terms
    .map((name, at) => ({ name, weight: values[at] ?? 0 }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ name, weight }) => ({ name, weight, note: weight.toFixed(3) }));
}

interface NearestProps {
  readonly job: string;
  readonly of: NonNullable<EmbeddingResult["neighbours"]>;
}

function Nearest({ job, of: neighbours }: NearestProps) {
  if (neighbours.length === 0) return <p class="quiet small">No other file shares a term with it.</p>;
  return (
    <ul class="weights">
      {neighbours.map(({ index, filename, similarity }) => (
        <li key={index}>
          <i style={{ width: `${100 * Math.max(0, Math.min(1, similarity))}%` }} />
          <span>
            <a class="inline" href={`/jobs/${encodeURIComponent(job)}/files/${Number(index)}`}>
              {filename}
            </a>
          </span>
          <span class="num">{similarity.toFixed(3)}</span>
        </li>
      ))}
    </ul>
  );
}
