import { useEffect, useState } from "preact/hooks";
import type { FileView, JobView } from "../../../shared/contract/jobs.ts";
import { request, sentenceOf } from "../data/api.ts";

/** Address of the file as it was sent. */
export function inputUrl(job: Pick<JobView, "id">, file: Pick<FileView, "index">): string {
  return `/jobs/${job.id}/files/${file.index}/input`;
}

/** Names of pictures that browsers show. */
const PICTURE = /\.(png|jpe?g|gif|webp|avif|bmp|ico|svg)$/i;
const SOUND = /\.(wav|mp3|flac|ogg|opus|m4a|aac)$/i;

export function isPicture(name: string): boolean {
  return PICTURE.test(name);
}

export function isSound(name: string): boolean {
  return SOUND.test(name);
}

export type Kept = "asking" | "kept" | { readonly why: string };

/** Whether the master still has the input; asked without its bytes. */
export function useInput(job: Pick<JobView, "id">, { index }: Pick<FileView, "index">): Kept {
  const [kept, setKept] = useState<Kept>("asking");
  useEffect(() => {
    const asked = new AbortController();
    setKept("asking");
    request(inputUrl(job, { index }), { method: "HEAD", signal: asked.signal }).then(
      () => setKept("kept"),
      (error: unknown) => asked.signal.aborted || setKept({ why: whyGone(error) }),
    );
    return () => asked.abort();
  }, [job.id, index]);
  return kept;
}

function whyGone(error: unknown): string {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  return status === 410 ? "The input is no longer kept." : sentenceOf(error);
}
