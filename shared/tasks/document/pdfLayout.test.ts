import { expect, test } from "vitest";
import { fieldsOf, pagesOf } from "./testing.ts";

/** Text of a page with this content, in Helvetica. */
async function read(content: string, options: object = {}): Promise<unknown> {
  return (await fieldsOf("a.pdf", pagesOf([content]), options)).text_content;
}

/** Content that shows each text of 10 points at its place. */
function at(...places: readonly (readonly [x: number, y: number, text: string])[]): string {
  return places.map(([x, y, text]) => `BT /F1 10 Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`).join("\n");
}

/** Content with each letter of a text at a distance from the one before it, doubled between words. */
function spreadOut(text: string, distance: number): string {
  const shown = [...text].map((letter) =>
    letter === " " ? `${-1000 * (distance + 0.278)}` : `(${letter}) ${-1000 * distance}`,
  );
  return `BT /F1 20 Tf 72 700 Td [${shown.join(" ")}] TJ ET`;
}

test.each([
  ["the space between characters", "BT /F1 24 Tf 8 Tc 72 700 Td (CHAPTER ONE) Tj ET", "CHAPTER ONE"],
  ["a little of it", "BT /F1 12 Tf 2 Tc 72 700 Td (Report of the board) Tj ET", "Report of the board"],
  ["moves between letters", spreadOut("ANNUAL REPORT", 0.3), "ANNUAL REPORT"],
  ["wide moves between letters", spreadOut("Jahresbericht des Vereins", 0.5), "Jahresbericht des Vereins"],
  ["less of it than none", "BT /F1 24 Tf -2 Tc 72 700 Td (Tight words here) Tj ET", "Tight words here"],
])("text whose letters are set apart by %s has its words", async (_, content, text) => {
  expect(await read(content)).toBe(text);
});

test("letters that each have a place of their own are words", async () => {
  const evenly = [..."TITLES"].map((letter, index): [number, number, string] => [
    72 + 10 * index,
    700,
    letter,
  ]);
  expect(await read(at(...evenly))).toBe("TITLES");
});

test("a space that lies below the glyph before it parts no word", async () => {
  expect(await read("BT /F1 10 Tf 72 700 Td [(rati) 600 ( ) 322 (fied)] TJ ET")).toBe("ratified");
});

test.each([
  ["glyph by glyph", [0, 0.4, 0, 0.4], "2 2 0 0 1 1 1 1"],
  ["one text after the other", [0, 0, 0.4, 0.4], "whole"],
])("glyphs that are drawn twice count once: %s", async (way) => {
  const digits = [..."2011"].map((digit, index): [number, number, string] => [72 + 5.56 * index, 700, digit]);
  const twins = digits.map(([x, y, digit]): [number, number, string] => [x + 0.4, y, digit]);
  const order =
    way === "glyph by glyph"
      ? digits.flatMap((digit, index) => [digit, twins[index] ?? digit])
      : [...digits, ...twins.toReversed()];
  expect(await read(at(...order))).toBe("2011");
});

test("a shadow below a title counts once", async () => {
  const title =
    "BT /F1 30 Tf 1 0 0 1 72 700 Tm (Grand Opening) Tj 1 0 0 1 73.5 698.5 Tm (Grand Opening) Tj ET";
  expect(await read(title)).toBe("Grand Opening");
});

test("small text below large text is a line of its own", async () => {
  const content =
    "BT /F1 60 Tf 1 0 0 1 72 700 Tm (Big) Tj /F1 9 Tf 1 0 0 1 72 675 Tm (Small) Tj /F1 60 Tf 1 0 0 1 200 700 Tm (Text) Tj /F1 9 Tf 1 0 0 1 98 675 Tm (print) Tj ET";
  expect(await read(content)).toBe("Big Text\nSmall print");
});

test.each([
  ["at a line's end joins its word", "(docu) Tj SOFT 0 -14 Td (ment) Tj", "document"],
  ["at a line's end joins a word with a capital", "(Mc) Tj SOFT 0 -14 Td (Donald) Tj", "McDonald"],
  ["that is drawn inside a line is a hyphen", "(e) Tj SOFT (mail) Tj", "e-mail"],
])("a soft hyphen %s", async (_, content, text) => {
  const soft = "/Span << /ActualText <FEFF00AD> >> BDC (-) Tj EMC";
  expect(await read(`BT /F1 10 Tf 72 700 Td ${content.replace("SOFT", soft)} ET`)).toBe(text);
});

test.each([
  ["its glyphs", "/Span << /ActualText (office) >> BDC (oXXce) Tj EMC ( building) Tj", "office building"],
  [
    "glyphs on two lines",
    "/Span << /ActualText (Drucker) >> BDC (Druk-) Tj 0 -14 Td (ker) Tj EMC ( an) Tj",
    "Drucker\nan",
  ],
  [
    "a hyphen at a line's end",
    "(in) Tj /Span << /ActualText () >> BDC (-) Tj EMC 0 -14 Td (cluding) Tj",
    "including",
  ],
  [
    "texts inside it",
    "/Span << /ActualText (one) >> BDC /Span << /ActualText (two) >> BDC (x) Tj EMC (y) Tj EMC",
    "one",
  ],
])("a text that marked content stands for replaces %s", async (_, content, text) => {
  expect(await read(`BT /F1 10 Tf 72 700 Td ${content} ET`)).toBe(text);
});

const LEFT = [
  "The first column talks",
  "about apples and how",
  "they grow on trees in",
  "the northern valleys.",
];
const RIGHT = [
  "The second column is",
  "about boats and how",
  "they sail on lakes in",
  "the southern plains.",
];
const COLUMNS = [...LEFT, ...RIGHT].join("\n");

function column(x: number, texts: readonly string[], top = 700): [number, number, string][] {
  return texts.map((text, line) => [x, top - 14 * line, text]);
}

test.each([
  ["row by row", column(72, LEFT).flatMap((line, index) => [line, column(320, RIGHT)[index] ?? line])],
  ["from the bottom", [...column(72, LEFT), ...column(320, RIGHT)].reverse()],
  ["the right one first", [...column(320, RIGHT), ...column(72, LEFT)]],
  ["on other baselines", [...column(320, RIGHT, 705), ...column(72, LEFT)]],
])("columns that are drawn %s are read one after the other", async (_, places) => {
  expect(await read(at(...places))).toBe(COLUMNS);
});

test("three columns are read one after the other", async () => {
  const third = ["The third column is", "about carts and how", "they roll on roads in", "the western hills."];
  const places = column(40, LEFT).flatMap((line, index) => [
    line,
    column(220, RIGHT)[index] ?? line,
    column(400, third)[index] ?? line,
  ]);
  expect(await read(at(...places))).toBe([COLUMNS, ...third].join("\n"));
});

test("a heading across columns stands above them and parts them, also if it is drawn last", async () => {
  const heading = "A heading that stands in the middle of the page across its columns";
  const places = [
    ...column(72, LEFT, 740),
    ...column(320, RIGHT, 740),
    ...column(72, LEFT, 640),
    ...column(320, RIGHT, 640),
  ];
  const content = at(
    ...places,
    [130, 664, heading],
    [150, 770, "The title of the whole page, over all columns"],
  );
  expect(await read(content)).toBe(
    ["The title of the whole page, over all columns", COLUMNS, heading, COLUMNS].join("\n"),
  );
});

test("head and foot of a page stand above and below its columns", async () => {
  const places = [
    ...column(72, LEFT),
    ...column(320, RIGHT),
    [72, 760, "Journal"],
    [480, 760, "May"],
  ] as const;
  expect(await read(at(...places, [480, 600, "Page 7"]))).toBe(`Journal May\n${COLUMNS}\nPage 7`);
});

test("short lines beside running text stand behind it", async () => {
  const text = [
    "Some kind of card lets a ship",
    "turn so that it can get out of",
    "the terrain that lies before it",
    "and then the next player moves",
    "the other ships of the fleet",
    "to the far end of the board",
  ];
  const places = [...column(72, text), ...column(330, ["ASTEROID", "FIELD"], 686)];
  expect(await read(at(...places.toSorted(([, y], [, v]) => v - y)))).toBe(
    [...text, "ASTEROID", "FIELD"].join("\n"),
  );
});

test("a sentence that goes on in the next column is not cut by it", async () => {
  const places = at(
    [60, 712, "The committee reviewed the annual"],
    [60, 698, "report and"],
    [330, 712, "approved the budget for the"],
    [330, 698, "coming fiscal year."],
  );
  expect(await read(places)).toBe(
    "The committee reviewed the annual\nreport and\napproved the budget for the\ncoming fiscal year.",
  );
});

test("narrow columns are columns where their lines go on", async () => {
  const narrow = [
    "these lines are",
    "quite short and",
    "a table may have",
    "cells like these",
    "but they go on",
    "to their end",
  ];
  const places = [72, 180, 290].flatMap((x) => column(x, narrow)).toSorted(([, y], [, v]) => v - y);
  expect(await read(at(...places))).toBe([...narrow, ...narrow, ...narrow].join("\n"));
});

test.each([
  [
    "of numbers",
    [
      ["Item", "Qty", "Price"],
      ["Apple", "3", "1.20"],
      ["Pear", "", "2.40"],
      ["Plum", "12", "0.95"],
    ],
  ],
  [
    "of words",
    [
      ["Name", "City", "Country"],
      ["Anna Lind", "Uppsala", "Sweden"],
      ["Pedro", "Porto", "Portugal"],
    ],
  ],
])("a table %s is read row by row, also if it is drawn column by column", async (_, rows) => {
  const cells = rows.flatMap((row, y) =>
    row.map((text, x): [number, number, string] => [72 + 150 * x, 700 - 20 * y, text]),
  );
  const filled = cells.filter(([, , text]) => text !== "");
  const text = rows.map((row) => row.filter((cell) => cell !== "").join(" ")).join("\n");
  expect(await read(at(...filled))).toBe(text);
  expect(await read(at(...filled.toSorted(([x], [u]) => x - u)))).toBe(text);
});

test("text that is turned is read by itself, after the rest", async () => {
  const turned = "BT /F1 10 Tf 0 1 -1 0 40 600 Tm (turned aside) Tj ET";
  const content = `${at([72, 700, "upright one"])}\n${turned}\n${at([72, 686, "upright two"])}`;
  expect(await read(content)).toBe("upright one\nupright two\nturned aside");
});

test("with order: content the lines come as the file has them", async () => {
  const places = [...column(320, RIGHT), ...column(72, LEFT)];
  expect(await read(at(...places), { order: "content" })).toBe([...RIGHT, ...LEFT].join("\n"));
});

test("a page of a hundred thousand words in odd places is read", async () => {
  const many = Array.from(
    { length: 20_000 },
    (_, index) => `1 0 0 1 ${(index * 37) % 600} ${(index * 61) % 780} Tm (ab cd ef gh ij) Tj`,
  );
  const { word_count } = await fieldsOf("a.pdf", pagesOf([`BT /F1 4 Tf ${many.join(" ")} ET`]));
  expect(word_count).toBeGreaterThan(10_000);
});
