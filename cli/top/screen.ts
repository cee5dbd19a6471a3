/** The whole window of a terminal, until it is closed. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  draw(lines: readonly string[]): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

export interface ScreenStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly screen: NodeJS.WriteStream;
}

export interface ScreenEvents {
  /** A key, as the terminal sends it: `q`, `\x1b[A`. */
  readonly onKey: (key: string) => void;
  readonly onResize: () => void;
}

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const REST_OF_LINE = "\x1b[K";
const REST_OF_SCREEN = "\x1b[J";

export function openScreen({ stdin, screen }: ScreenStreams, { onKey, onResize }: ScreenEvents): Screen {
  const key = (chunk: Buffer | string) => onKey(String(chunk));
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    process.off("exit", close);
    stdin.off("data", key);
    screen.off("resize", onResize);
    stdin.setRawMode(false);
    stdin.pause();
    screen.write(LEAVE);
  };
  // A second signal and an error that nothing catches end the process without another chance.
  process.once("exit", close);
  stdin.setRawMode(true);
  stdin.on("data", key);
  screen.on("resize", onResize);
  screen.write(ENTER);
  return {
    get columns() {
      return screen.columns;
    },
    get rows() {
      return screen.rows;
    },
    draw: (lines) => {
      const text = lines.map((line) => line + REST_OF_LINE).join("\r\n");
      if (isOpen) screen.write(HOME + text + REST_OF_SCREEN);
    },
    close,
  };
}
