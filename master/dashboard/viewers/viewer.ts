import type { ComponentType } from "preact";
import type { FileView, JobView } from "../../../shared/contract/jobs.ts";

export interface ViewerProps {
  readonly job: JobView;
  readonly file: FileView;
}

/** One way to show the result of a file: a tab of the pane. README.md tells how to add one. */
export interface Viewer {
  /** Value of `tab` in the address. */
  readonly id: string;
  readonly title: string;
  readonly fits: (task: string, file: FileView) => boolean;
  /** Fetches the code of the viewer when it is shown first. */
  readonly load: () => Promise<ComponentType<ViewerProps>>;
}
