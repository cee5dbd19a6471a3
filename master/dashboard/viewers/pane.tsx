import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { place, withQuery } from "../app/router.ts";
import { sentenceOf } from "../data/api.ts";
import { viewersFor } from "./registry.ts";
import type { Viewer, ViewerProps } from "./viewer.ts";
import "./style/viewers.css";
import "./style/parts.css";

/** The viewers of one file as tabs; the address holds which one is shown. */
export function ViewerPane({ job, file }: ViewerProps) {
  const viewers = viewersFor(job.task_type, file);
  const wanted = place.value.query.get("tab");
  const shown = viewers.find(({ id }) => id === wanted) ?? viewers[0];
  if (shown === undefined) return null;
  return (
    <div class="viewer">
      <Tabs viewers={viewers} shown={shown} />
      <Loaded viewer={shown} job={job} file={file} />
    </div>
  );
}

function Tabs({ viewers, shown }: { readonly viewers: readonly Viewer[]; readonly shown: Viewer }) {
  return (
    <nav class="tabs" aria-label="Views of the result">
      {viewers.map(({ id, title }) => (
        <a
          key={id}
          href={withQuery(place.value, { tab: id === viewers[0]?.id ? "" : id, with: "" })}
          aria-current={id === shown.id ? "true" : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  );
}

interface LoadedProps extends ViewerProps {
  readonly viewer: Viewer;
}

interface Code {
  readonly of: string;
  readonly Component?: ComponentType<ViewerProps>;
  readonly error?: string;
}

function Loaded({ viewer, job, file }: LoadedProps) {
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
