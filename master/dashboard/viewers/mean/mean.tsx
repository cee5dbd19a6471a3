import { useEffect, useState } from "preact/hooks";
import { getJson, sentenceOf } from "../../data/api.ts";
import { bytes, count } from "../../ui/words.ts";
import { Figures } from "../parts/figures.tsx";
import { Result } from "../parts/result.tsx";
import { Section } from "../parts/section.tsx";
import type { Loaded } from "../result.ts";
import type { ViewerProps } from "../viewer.ts";
import { Curve } from "./curve.tsx";
import { figure, type MeanOfJob, type MeanResult, type MeanStatistics } from "./result.ts";
import { Values } from "./values.tsx";
import "../style/mean.css";

/** The numbers of one file, and the mean over all files of the job at each index. */
export function Mean({ job, file }: ViewerProps) {
  const attached = job.attachments.find(({ name }) => name.endsWith(".json"));
  return (
    <>
      <Result<MeanResult> file={file} task="mean">
        {(result) => (
          <Section
            title="This file"
            note={result.missing > 0 ? `${count(result.missing)} values are missing` : undefined}
          >
            <Figures of={figuresOf(result)} />
          </Section>
        )}
      </Result>
      {attached !== undefined && <OfJob url={attached.url} />}
    </>
  );
}

function figuresOf({ count: n, mean, stddev, min, max }: MeanStatistics) {
  return [
    { value: figure(mean), label: "mean" },
    { value: figure(stddev), label: "standard deviation" },
    { value: figure(min), label: "least" },
    { value: figure(max), label: "largest" },
    { value: count(n), label: n === 1 ? "value" : "values" },
  ];
}

function OfJob({ url }: { readonly url: string }) {
  const loaded = useMeanOfJob(url);
  if (loaded.state === "loading") return <p class="quiet">Loading the mean of the job…</p>;
  if (loaded.state === "failed")
    return (
      <p class="note">
        {loaded.error}{" "}
        <a class="inline" href={url} download="">
          Download it
        </a>
      </p>
    );
  const of = loaded.value;
  return (
    <>
      <Section title={`All ${count(of.files)} files`} note={of.ragged ? "of different lengths" : undefined}>
        <Figures of={figuresOf(of.overall)} />
      </Section>
      <Section
        title="Mean at each index"
        note="the band is one standard deviation, the paler one from least to largest"
      >
        <Curve of={of} />
      </Section>
      <Values of={of} />
    </>
  );
}

const MOST_BYTES = 32 * 1024 * 1024;

function useMeanOfJob(url: string): Loaded<MeanOfJob> {
  const [loaded, setLoaded] = useState<Loaded<MeanOfJob>>({ state: "loading" });
  useEffect(() => {
    const asked = new AbortController();
    const failed = (error: string) => setLoaded({ state: "failed", error });
    setLoaded({ state: "loading" });
    load(url, asked.signal).then(
      (value) => setLoaded({ state: "ready", value }),
      (error: unknown) => asked.signal.aborted || failed(sentenceOf(error)),
    );
    return () => asked.abort();
  }, [url]);
  return loaded;
}

async function load(url: string, signal: AbortSignal): Promise<MeanOfJob> {
  const head = await fetch(url, { method: "HEAD", signal });
  const size = Number(head.headers.get("content-length") ?? 0);
  if (size > MOST_BYTES)
    throw new Error(`The mean of the job has ${bytes(size)}, too many to be shown here.`);
  const value = await getJson<Partial<MeanOfJob>>(url, signal);
  if (!Array.isArray(value.mean) || value.overall === undefined)
    throw new Error("The mean of the job has not the fields of version 1.");
  return value as MeanOfJob;
}
