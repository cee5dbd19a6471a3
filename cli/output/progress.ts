import cliProgress from "cli-progress";
import type { FileView } from "../../shared/contract/jobs.ts";
import { printable } from "../../shared/printable.ts";
import type { Terminal } from "./terminal.ts";
import { bytesInWords, counted } from "./words.ts";

/** Shows the state of an upload while it runs. */
export interface Progress {
  /** `bytes` is undefined when the size is unknown (standard input). */
  sending(files: number, bytes: number | undefined): void;
  /** Number of bytes that are sent by now; it is less when the sending begins again. */
  sent(bytes: number): void;
  /** The upload is complete; the job has this many files. */
  working(files: number): void;
  /** A file has ended. */
  ended(file: Pick<FileView, "state" | "filename" | "code" | "error">): void;
  stop(): void;
}

/** `lines` has a line for each file, `few` only one for the upload. */
export type ProgressKind = "bar" | "lines" | "few" | "silent";

export function createProgress(kind: ProgressKind, terminal: Terminal): Progress {
  if (kind === "bar" && terminal.bar !== undefined) return new BarProgress(terminal.bar);
  if (kind === "silent") return silent;
  return kind === "few" ? { ...silent, sending: lineProgress(terminal).sending } : lineProgress(terminal);
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

const BAR_OPTIONS = {
  format: "{stage} [{bar}] {percentage}%  {detail}",
  barCompleteChar: "█",
  barIncompleteChar: "░",
  barsize: 30,
  hideCursor: true,
  clearOnComplete: true,
  // The CLI ends on signals itself, after it has cancelled the job.
  gracefulExit: false,
};

/** Shows the bytes that are sent, then the files that have ended. */
class BarProgress implements Progress {
  readonly #bar: cliProgress.SingleBar;
  #sentBytes = 0;
  #expectedBytes = 0;
  #files = 0;
  #done = 0;
  #failed = 0;
  #working = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#bar = new cliProgress.SingleBar({ ...BAR_OPTIONS, stream });
  }

  sending(_files: number, bytes: number | undefined): void {
    this.#expectedBytes += bytes ?? 0;
    this.#start();
  }

  sent(bytes: number): void {
    this.#sentBytes = bytes;
    if (this.#working) return;
    this.#bar.setTotal(Math.max(1, this.#expectedBytes, this.#sentBytes));
    this.#bar.update(this.#sentBytes, { stage: "sending", detail: bytesInWords(this.#sentBytes) });
  }

  working(files: number): void {
    this.#working = true;
    this.#files += files;
    this.#showFiles();
  }

  ended({ state }: Pick<FileView, "state">): void {
    this.#done += 1;
    if (state !== "done") this.#failed += 1;
    this.#showFiles();
  }

  stop(): void {
    this.#bar.stop();
  }

  #start(): void {
    if (!this.#bar.isActive) this.#bar.start(1, 0, { stage: "waiting", detail: "" });
  }

  #showFiles(): void {
    // A stop for the sake of printed lines does not end it.
    this.#start();
    this.#bar.setTotal(Math.max(1, this.#files));
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    const detail = `${this.#done} of ${counted(this.#files, "file")}${failed}`;
    this.#bar.update(this.#done, { stage: "working", detail });
  }
}
