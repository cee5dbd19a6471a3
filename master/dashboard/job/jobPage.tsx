import { useEffect, useState } from "preact/hooks";
import type { JobDetail } from "../../../shared/contract/jobs.ts";
import { getJson } from "../data/api.ts";
import { ViewerPane } from "../viewers/pane.tsx";

export function JobPage({ id, file }: { readonly id: string; readonly file: number | undefined }) {
  const [job, setJob] = useState<JobDetail>();
  useEffect(() => {
    void getJson<JobDetail>(`/jobs/${id}?from=${file ?? 0}&limit=1`).then(setJob);
  }, [id, file]);
  const shown = job?.files[0];
  return job && shown ? <ViewerPane job={job} file={shown} /> : <h1>{id}</h1>;
}
