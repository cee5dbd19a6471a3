import cliProgress from "cli-progress";
import type { FileView } from "../../shared/contract/jobs.ts";
import { printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";
import { bytesInWords, counted } from "./words.ts";

/** How an upload goes, told while it goes. */
export interface Progress {
  /** `bytes` is undefined when it is not known (standard input). */
  sending(files: number, bytes: number | undefined): void;
  sent(bytes: number): void;
  /** All is sent; the master's job has this many files. */
  working(files: number): void;
  /** A file has ended. */
  ended(file: Pick<FileView, "state" | "filename" | "code" | "error">): void;
  stop(): void;
}

export type ProgressKind = "bar" | "lines" | "silent";

export function createProgress(kind: ProgressKind, terminal: Terminal): Progress {
  if (kind === "bar" && terminal.bar !== undefined) return barProgress(terminal.bar);
  return kind === "silent" ? silent : lineProgress(terminal);
}

const silent: Progress = {
  sending: () => undefined,
  sent: () => undefined,
  working: () => undefined,
  ended: () => undefined,
  stop: () => undefined,
};

function lineProgress(terminal: Terminal): Progress {
  let total = 0;
  let done = 0;
  return {
    ...silent,
    sending: (files, bytes) =>
      terminal.note(
        `sending ${counted(files, "file")}${bytes === undefined ? "" : `, ${bytesInWords(bytes)}`}`,
      ),
    working: (files) => {
      total += files;
    },
    ended: ({ state, filename, code, error }) => {
      done += 1;
      const reason = state === "done" ? "" : `: ${printable(code ?? "")} ${printable(error ?? "")}`;
      terminal.note(`[${done}/${total}] ${state} ${printable(filename)}${reason.trimEnd()}`);
    },
  };
}

/** First the bytes that are sent, then the files that end. */
function barProgress(stream: NodeJS.WriteStream): Progress {
  const bar = new cliProgress.SingleBar({
    stream,
    format: "{stage} [{bar}] {percentage}%  {detail}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    // The CLI ends on signals by itself; the bar must not do so before the job is let go.
    gracefulExit: false,
  });
  const state = { sent: 0, expected: 0, total: 0, done: 0, failed: 0, working: false };
  const started = () => {
    if (!bar.isActive) bar.start(1, 0, { stage: "waiting", detail: "" });
  };
  const showFiles = () => {
    bar.setTotal(Math.max(1, state.total));
    const failed = state.failed > 0 ? `, ${state.failed} failed` : "";
    bar.update(state.done, {
      stage: "working",
      detail: `${state.done} of ${counted(state.total, "file")}${failed}`,
    });
  };
  return {
    sending: (_files, bytes) => {
      state.expected += bytes ?? 0;
      started();
    },
    sent: (bytes) => {
      state.sent += bytes;
      if (state.working) return;
      bar.setTotal(Math.max(1, state.expected, state.sent));
      bar.update(state.sent, { stage: "sending", detail: bytesInWords(state.sent) });
    },
    working: (files) => {
      state.working = true;
      state.total += files;
      started();
      showFiles();
    },
    ended: (file) => {
      state.done += 1;
      if (file.state !== "done") state.failed += 1;
      showFiles();
    },
    stop: () => bar.stop(),
  };
}
