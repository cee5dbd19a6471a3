import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";

/**
 * Runs a command on a terminal and draws its output as SVG (Linux; needs `script` of util-linux):
 *
 *   npm run docs:picture -- docs/images/demo.svg "npm run demo" "node cli demo"
 *
 * The first line of the picture is the prompt with the second argument; the third one is what runs.
 */

const COLUMNS = 110;
const CELL = { width: 7.8, height: 18, font: 13 } as const;
const MARGIN = 16;
const COLOURS = {
  ground: "#0d1117",
  text: "#e6edf3",
  dim: "#8b949e",
  green: "#3fb950",
  red: "#f85149",
  yellow: "#d29922",
};

interface Style {
  readonly colour: string;
  readonly bold: boolean;
}
const PLAIN: Style = { colour: COLOURS.text, bold: false };

/** What each SGR parameter that the command line writes does to the style; others change nothing. */
const SGR: Readonly<Record<string, (style: Style) => Style>> = {
  "0": () => PLAIN,
  "1": (style) => ({ ...style, bold: true }),
  "2": (style) => ({ ...style, colour: COLOURS.dim }),
  "22": (style) => ({
    ...style,
    bold: false,
    colour: style.colour === COLOURS.dim ? COLOURS.text : style.colour,
  }),
  "31": (style) => ({ ...style, colour: COLOURS.red }),
  "32": (style) => ({ ...style, colour: COLOURS.green }),
  "33": (style) => ({ ...style, colour: COLOURS.yellow }),
  "39": (style) => ({ ...style, colour: COLOURS.text }),
};

/** Draws the output of a terminal: plain text with line feeds and SGR sequences. */
export function terminalSvg(output: string, title: string): string {
  const lines = output.replaceAll("\r", "").trimEnd().split("\n");
  const width = Math.ceil(
    2 * MARGIN + CELL.width * Math.max(...lines.map((line) => stripVTControlCharacters(line).length)),
  );
  const height = 2 * MARGIN + CELL.height * lines.length;
  const drawn: string[] = [];
  let style = PLAIN;
  for (const [row, line] of lines.entries()) {
    const y = MARGIN + CELL.height * row + CELL.font;
    const { runs, after } = runsOf(line, style);
    style = after;
    for (const { text, column, style: own } of runs)
      if (text.trim() !== "")
        drawn.push(textElement({ x: MARGIN + CELL.width * column, y, text, style: own }));
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${CELL.font}">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${COLOURS.ground}"/>
${drawn.join("\n")}
</svg>
`;
}

interface Run {
  readonly text: string;
  readonly column: number;
  readonly style: Style;
}

/** The pieces of a line that have one style, and the style at its end. */
function runsOf(line: string, before: Style): { readonly runs: readonly Run[]; readonly after: Style } {
  const runs: Run[] = [];
  let style = before;
  let column = 0;
  const [first = "", ...pieces] = line.split("\u001b[");
  for (const piece of [`m${first}`, ...pieces]) {
    const [, codes = "", text = ""] = /^([0-9;]*)m(.*)$/.exec(piece) ?? [];
    if (codes !== "") for (const code of codes.split(";")) style = SGR[code]?.(style) ?? style;
    runs.push({ text, column, style });
    column += [...text].length;
  }
  return { runs, after: style };
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly style: Style;
}

/** `textLength` keeps the columns in line with every font. */
function textElement({ x, y, text, style }: Placed): string {
  const length = (CELL.width * [...text].length).toFixed(1);
  const weight = style.bold ? ' font-weight="bold"' : "";
  return `<text x="${x.toFixed(1)}" y="${y}" fill="${style.colour}"${weight} textLength="${length}" xml:space="preserve">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Output of a command on a terminal of `COLUMNS` columns, without its standard error. */
function outputOf(command: string): string {
  const onTerminal = `stty cols ${COLUMNS} rows 60; ${command} 2>/dev/null`;
  return execFileSync("script", ["-qefc", onTerminal, "/dev/null"], { encoding: "utf8" });
}

if (process.argv[1] === import.meta.filename) {
  const [file, prompt, command = prompt] = process.argv.slice(2);
  if (file === undefined || prompt === undefined || command === undefined)
    throw new Error("The file, the prompt and the command are needed.");
  const output = `\u001b[2m$\u001b[22m \u001b[1m${prompt}\u001b[22m\n${outputOf(command)}`;
  await writeFile(file, terminalSvg(output, `Terminal with the output of ${prompt}`));
}
