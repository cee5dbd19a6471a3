import { place, withQuery } from "../app/router.ts";
import { LoadedViewer } from "./loaded.tsx";
import { viewersFor } from "./registry.ts";
import type { Viewer, ViewerProps } from "./viewer.ts";
import "./style/viewers.css";
import "./style/parts.css";

/** The viewers of one file as tabs; the address holds which one is shown. */
export function ViewerPane({ job, file }: ViewerProps) {
  const viewers = viewersFor(job, file);
  const wanted = place.value.query.get("tab");
  const shown = viewers.find(({ id }) => id === wanted) ?? viewers[0];
  if (shown === undefined) return null;
  return (
    <div class="viewer">
      <Tabs viewers={viewers} shown={shown} />
      <LoadedViewer viewer={shown} job={job} file={file} />
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
