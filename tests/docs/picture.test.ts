import { expect, test } from "vitest";
import { terminalSvg } from "../../scripts/terminalPicture.ts";

test("the picture of a terminal has each run of text at its column, in its style, and escaped", () => {
  const svg = terminalSvg("a \u001b[1mb<&\u001b[22m\r\n\u001b[32mgreen\u001b[39m x\n", "A & B");
  const texts = [
    ...svg.matchAll(/<text x="([\d.]+)" y="(\d+)" fill="(#\w+)"( font-weight="bold")?[^>]*>([^<]*)</g),
  ];
  expect(svg).toContain("<title>A &amp; B</title>");
  expect(texts.map(([, x, y, fill, bold, text]) => [x, y, fill, bold !== undefined, text])).toEqual([
    ["16.0", "29", "#e6edf3", false, "a "],
    ["31.6", "29", "#e6edf3", true, "b&lt;&amp;"],
    ["16.0", "47", "#3fb950", false, "green"],
    ["55.0", "47", "#e6edf3", false, " x"],
  ]);
});
