import { Drop } from "../drop/drop.tsx";
import { JobPage } from "../job/jobPage.tsx";
import { Jobs } from "../jobs/jobs.tsx";
import { SlavePage } from "../slaves/slavePage.tsx";
import { Slaves } from "../slaves/slaves.tsx";
import { Timeline } from "../timeline/timeline.tsx";
import type { View } from "./router.ts";

export function Shown({ view }: { readonly view: View }) {
  switch (view.name) {
    case "drop":
      return <Drop />;
    case "jobs":
      return <Jobs />;
    case "job":
      return <JobPage key={view.id} id={view.id} file={view.file} />;
    case "slaves":
      return <Slaves />;
    case "slave":
      return <SlavePage key={view.id} id={view.id} />;
    case "timeline":
      return <Timeline />;
    case "missing":
      return <Missing />;
  }
}

function Missing() {
  return (
    <section class="card empty">
      <h1>There is nothing at this address</h1>
      <p>
        Go to <a href="/jobs">all jobs</a> or <a href="/">drop files</a>.
      </p>
    </section>
  );
}
