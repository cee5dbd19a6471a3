import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { sentenceOf } from "../data/api.ts";
import type { Viewer, ViewerProps } from "./viewer.ts";

interface LoadedViewerProps extends ViewerProps {
  readonly viewer: Viewer;
}

interface Code {
  readonly of: string;
  readonly Component?: ComponentType<ViewerProps>;
  readonly error?: string;
}

/** A viewer, as soon as its code is there. */
export function LoadedViewer({ viewer, job, file }: LoadedViewerProps) {
  const [code, setCode] = useState<Code>();
  useEffect(() => {
    viewer.load().then(
      (Component) => setCode({ of: viewer.id, Component }),
      (failure: unknown) => setCode({ of: viewer.id, error: sentenceOf(failure) }),
    );
  }, [viewer]);
  if (code?.of !== viewer.id) return <p class="quiet">Loading…</p>;
  if (code.Component === undefined) return <p class="err">{code.error}</p>;
  return <code.Component key={`${job.id}/${file.index}/${viewer.id}`} job={job} file={file} />;
}
