import { isFinal } from "../../shared/contract/jobs.ts";
import { printable } from "../../shared/printable.ts";
import type { Terminal } from "../output/terminal.ts";
import type { FleetUpdate } from "../sdk/index.ts";
import { frameLines } from "./frame.ts";
import { openScreen, type Screen, type ScreenStreams } from "./screen.ts";
import { ScreenState } from "./state.ts";

export interface LiveTopDeps {
  readonly streams: ScreenStreams;
  readonly master: string;
  readonly paint: Terminal["paint"];
  readonly cancel: (job: string) => Promise<unknown>;
  /** Called by the key that ends it. */
  readonly onQuit: () => void;
}

const UP = ["\x1b[A", "\x1bOA", "k"];
const DOWN = ["\x1b[B", "\x1bOB", "j"];
/** `q`, and Ctrl-C, which is a key while the terminal is in raw mode. */
const QUIT = ["q", "\x03"];
const KEYS = "q quit   ↑ ↓ choose a job   x cancel it";
/** Changes within this time are drawn at once. */
const DRAW_MS = 200;

/** The screen of `top`: what the events tell, a chosen job, a question. */
export class LiveTop {
  readonly #deps: LiveTopDeps;
  readonly #fleet = new ScreenState();
  readonly #screen: Screen;
  readonly #timer: NodeJS.Timeout;
  #chosen: string | undefined;
  /** The job that is to be cancelled if the next key is `y`. */
  #asked: string | undefined;
  /** What became of a key, until the next one. */
  #message: string | undefined;
  /** What the connection has to say, until it is back. */
  #outage: string | undefined;
  #isChanged = true;

  constructor(deps: LiveTopDeps) {
    this.#deps = deps;
    this.#screen = openScreen(deps.streams, { onKey: (key) => this.#key(key), onResize: () => this.#draw() });
    this.#timer = setInterval(() => this.#isChanged && this.#draw(), DRAW_MS);
  }

  apply(event: FleetUpdate): void {
    if (event.type === "ready") this.#outage = undefined;
    this.#fleet.apply(event);
    this.#isChanged = true;
  }

  /** Shows a remark about the connection until it is back. */
  say(outage: string): void {
    this.#outage = outage;
    this.#isChanged = true;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#screen.close();
  }

  #draw(): void {
    this.#isChanged = false;
    const footer =
      this.#asked === undefined
        ? (this.#message ?? this.#outage ?? KEYS)
        : `Cancel job ${this.#asked}? y: yes, other keys: no`;
    const view = {
      master: this.#deps.master,
      fleet: this.#fleet,
      chosen: this.#chosen,
      footer: printable(footer),
    };
    const { columns, rows } = this.#screen;
    this.#screen.draw(frameLines(view, { columns, rows }, this.#deps));
  }

  #key(key: string): void {
    if (QUIT.includes(key)) {
      this.#deps.onQuit();
      return;
    }
    this.#message = undefined;
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked !== undefined) {
      if (key === "y" || key === "Y") this.#cancel(asked);
    } else if (UP.includes(key)) this.#choose(-1);
    else if (DOWN.includes(key)) this.#choose(1);
    else if (key === "x") this.#askToCancel();
    this.#draw();
  }

  #choose(step: number): void {
    const { jobs } = this.#fleet;
    const at = jobs.findIndex(({ id }) => id === this.#chosen);
    const next = at === -1 ? 0 : Math.min(jobs.length - 1, Math.max(0, at + step));
    this.#chosen = jobs[next]?.id;
  }

  #askToCancel(): void {
    const job = this.#fleet.jobs.find(({ id }) => id === this.#chosen);
    if (job === undefined) this.#message = "Choose a job with the arrows first.";
    else if (isFinal(job.state)) this.#message = `Job ${job.id} has ended.`;
    else this.#asked = job.id;
  }

  #cancel(job: string): void {
    this.#message = `Cancelling job ${job}…`;
    this.#deps.cancel(job).then(
      () => this.#tell(`Job ${job} is cancelled.`),
      (error: unknown) => this.#tell(error instanceof Error ? error.message : String(error)),
    );
  }

  #tell(message: string): void {
    this.#message = message;
    this.#isChanged = true;
  }
}
