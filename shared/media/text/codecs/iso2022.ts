import * as iconv from "./iconv.ts";

/** A character set that an escape sequence chooses: its encoding in bytes above 127, and the bytes of a character. */
interface CodeSet {
  readonly encoding: string;
  readonly width: 1 | 2;
  /** Byte before each character. */
  readonly prefix?: number;
}

const GB: CodeSet = { encoding: "gb2312", width: 2 };
const KS: CodeSet = { encoding: "euc-kr", width: 2 };
const JIS: CodeSet = { encoding: "euc-jp", width: 2 };
const JIS_MORE: CodeSet = { encoding: "euc-jp", width: 2, prefix: 0x8f };
const KATAKANA: CodeSet = { encoding: "shift_jis", width: 1 };

/** Escape sequences without their first byte, and the register (G0 or G1) with the set that each chooses. */
const ESCAPES: readonly (readonly [sequence: string, register: 0 | 1, set: CodeSet | undefined])[] = [
  ["(B", 0, undefined],
  ["(J", 0, undefined],
  ["(H", 0, undefined],
  ["(I", 0, KATAKANA],
  ["$@", 0, JIS],
  ["$B", 0, JIS],
  ["$(@", 0, JIS],
  ["$(B", 0, JIS],
  ["$(O", 0, JIS],
  ["$(Q", 0, JIS],
  ["$(D", 0, JIS_MORE],
  ["$A", 0, GB],
  ["$(A", 0, GB],
  ["$(C", 0, KS],
  ["$)C", 1, KS],
  ["$)A", 1, GB],
];

const ESCAPE = 0x1b;
const SHIFT_OUT = 0x0e;
const SHIFT_IN = 0x0f;
const NEWLINE = 0x0a;

/** Decodes ISO-2022-JP, -KR and -CN, whose texts are ASCII bytes with escape sequences and shifts. */
export function decodeIso2022(bytes: Buffer): string {
  const state: State = { registers: [undefined, undefined], shifted: false };
  let text = "";
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = controlAt(bytes, at);
    if (length === 0) {
      at += 1;
      continue;
    }
    text += decodeRun(bytes.subarray(start, at), state);
    if (bytes[at] === NEWLINE) text += "\n";
    obey(bytes, at, state);
    at += length;
    start = at;
  }
  return text + decodeRun(bytes.subarray(start), state);
}

/** Decodes HZ: GB 2312 between `~{` and `~}`. */
export function decodeHz(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replace(
      /~\{((?:[\x21-\x7d][\x21-\x7e])*)(?:~\}|(?=[\r\n])|$)|~~|~\r?\n/g,
      (found, run: string | undefined) => {
        if (run !== undefined)
          return decodeRun(Buffer.from(run, "latin1"), { registers: [GB, undefined], shifted: false });
        return found === "~~" ? "~" : "";
      },
    );
}

interface State {
  readonly registers: [CodeSet | undefined, CodeSet | undefined];
  shifted: boolean;
}

/** Length of the escape sequence or control at `at`; 0 if there is none. */
function controlAt(bytes: Buffer, at: number): number {
  const byte = bytes[at] ?? 0;
  if (byte === SHIFT_OUT || byte === SHIFT_IN || byte === NEWLINE) return 1;
  return byte === ESCAPE ? 1 + (escapeAt(bytes, at)?.[0].length ?? 0) : 0;
}

function escapeAt(bytes: Buffer, at: number): (typeof ESCAPES)[number] | undefined {
  const rest = bytes.toString("latin1", at + 1, at + 4);
  return ESCAPES.find(([sequence]) => rest.startsWith(sequence));
}

/** A line begins unshifted, as RFC 1557 and RFC 1922 say. */
function obey(bytes: Buffer, at: number, state: State): void {
  const byte = bytes[at];
  if (byte === ESCAPE) {
    const [, register, set] = escapeAt(bytes, at) ?? ["", 0, undefined];
    state.registers[register] = set;
  } else state.shifted = byte === SHIFT_OUT;
}

function decodeRun(run: Buffer, { registers, shifted }: State): string {
  const set = registers[shifted ? 1 : 0];
  if (set === undefined || run.length === 0) return run.toString("latin1");
  const bytes: number[] = [];
  for (let at = 0; at < run.length; at += 1) {
    const byte = run[at] ?? 0;
    if (byte <= 0x20) bytes.push(byte);
    else {
      bytes.push(...highBytes(run, at, set));
      at += set.width - 1;
    }
  }
  return iconv.decode(Buffer.from(bytes), set.encoding);
}

function highBytes(run: Buffer, at: number, { prefix, width }: CodeSet): number[] {
  const own = Array.from(run.subarray(at, at + width), (byte) => byte | 0x80);
  return prefix === undefined ? own : [prefix, ...own];
}
