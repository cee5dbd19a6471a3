import { expect, test } from "vitest";
import { openImage } from "./source.ts";
import { refuseEndlessSvg, svgCost } from "./svgCost.ts";

const XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"';
const svg = (inside: string, size = 3_000) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" ${XLINK} width="${size}" height="${size}">${inside}</svg>`,
  );
const FULL = '<rect width="100%" height="100%" fill-opacity=".5"/>';
const filtered = (primitives: string) =>
  `<filter id="f">${primitives}</filter><rect width="100%" height="100%" filter="url(#f)"/>`;
const TURBULENCE = '<feTurbulence baseFrequency=".1" numOctaves="8"/>';
const doubled = (leaf: string, times: number) => {
  const groups = Array.from({ length: times }, (_, n) => {
    const use = `<use xlink:href="#u${n}"/>`;
    return `<g id="u${n + 1}">${use}${use}</g>`;
  });
  return `<defs><g id="u0">${leaf}</g>${groups.join("")}</defs><use xlink:href="#u${times}"/>`;
};
const inData = (inside: Buffer) =>
  `<image width="3000" height="3000" xlink:href="data:image/svg+xml;base64,${inside.toString("base64")}"/>`;

test.each([
  ["turbulence", svg(filtered(TURBULENCE))],
  ["a large convolution", svg(filtered('<feConvolveMatrix order="20 20" kernelMatrix="1"/>'))],
  [
    "a convolution whose size is an entity",
    Buffer.from(`<!DOCTYPE svg [<!ENTITY n "20">]>${svg(filtered('<feConvolveMatrix order="&n;"/>'))}`),
  ],
  ["a wide dilation", svg(filtered('<feMorphology operator="dilate" radius="40"/>'))],
  ["many cheap primitives", svg(filtered('<feOffset dx="1"/>'.repeat(200)))],
  ["a filter in a style", svg(`<filter id="f">${TURBULENCE}</filter><g style="filter: url(#f)">${FULL}</g>`)],
  [
    "a filter in a style sheet",
    svg(`<style>rect{filter:url(#f)}</style><filter id="f">${TURBULENCE}</filter>${FULL}`),
  ],
  [
    "a filter on a pattern",
    svg(
      `<pattern id="p" width="1" height="1">${filtered(TURBULENCE)}</pattern><rect width="9" height="9" fill="url(#p)"/>`,
    ),
  ],
  [
    "a filter on a marker",
    svg(`<marker id="m">${filtered(TURBULENCE)}</marker><path d="M0 0 1 1" marker-start="url(#m)"/>`),
  ],
  [
    "a filter that shows a large picture",
    svg(`<g id="g">${FULL.repeat(9)}</g>${filtered('<feImage xlink:href="#g"/>'.repeat(90))}`),
  ],
  ["an SVG inside", svg(inData(svg(filtered(TURBULENCE))))],
  ["an SVG inside an SVG inside", svg(inData(svg(inData(svg(filtered(TURBULENCE))))))],
  ["uses of uses", svg(doubled(FULL, 12))],
  ["very many uses of a small shape", svg(doubled('<rect width="1" height="1"/>', 20), 10)],
  [
    "a long chain of uses",
    svg(
      `<rect id="u0" width="1" height="1"/>${Array.from({ length: 20_000 }, (_, n) => `<use id="u${n + 1}" xlink:href="#u${n}"/>`).join("")}`,
      10,
    ),
  ],
  [
    "masks in masks",
    svg(
      `${Array.from(
        { length: 9 },
        (_, n) =>
          `<mask id="m${n + 1}">${`<rect width="100%" height="100%" mask="url(#m${n})"/>`.repeat(3)}</mask>`,
      ).join("")}<rect width="9" height="9" mask="url(#m9)"/>`,
    ),
  ],
  ["very many shapes over all of it", svg(FULL.repeat(5_000))],
  ["gradients over all of it", svg(`<linearGradient id="g"/><g fill="url(#g)">${FULL.repeat(100)}</g>`)],
  ["layers over all of it", svg(`<g opacity=".5">${FULL}</g>`.repeat(1_000))],
  ["huge letters", svg(`<g font-size="3000">${"<text>W</text>".repeat(2_000)}</g>`)],
  ["wide strokes", svg(`<g stroke-width="6000">${'<path d="M0 0 1 1" stroke="red"/>'.repeat(2_000)}</g>`)],
  [
    "small shapes enlarged",
    svg(`<g transform="scale(3000)">${'<rect width="1" height="1"/>'.repeat(2_000)}</g>`),
  ],
])("an SVG with %s is too_large, before it is drawn", async (_, bytes) => {
  await expect(openImage(bytes, { maxPixels: 1e8 })).rejects.toMatchObject({ code: "too_large" });
});

test("an SVG whose entities hold elements is not drawn, as their number cannot be told", async () => {
  for (const value of ["<rect/>", "&#60;rect/>", "&#x3C;rect/>"]) {
    const bytes = Buffer.from(`<!DOCTYPE svg [<!ENTITY a "${value}">]>${svg("&a;")}`);
    await expect(openImage(bytes, { maxPixels: 1e8 })).rejects.toMatchObject({ code: "unsupported_format" });
  }
});

test.each([
  [
    "a shadow below a card",
    svg(
      '<filter id="f"><feGaussianBlur stdDeviation="4"/><feOffset dy="2"/><feMerge/></filter><g filter="url(#f)"><rect width="300" height="200"/></g>',
      800,
    ),
  ],
  [
    "thousands of icons by use",
    svg(
      `<symbol id="i" viewBox="0 0 24 24"><path d="M4 4h16v16z"/><circle r="3"/></symbol>${'<use href="#i" width="24" height="24"/>'.repeat(5_000)}`,
      1_000,
    ),
  ],
  ["ten thousand short paths", svg('<path d="m10 10l5 5 3-2z" stroke="black"/>'.repeat(10_000), 2_000)],
  ["a text of a thousand labels", svg("<text>Leeds</text>".repeat(1_000), 2_000)],
  [
    "a gradient in a style sheet",
    svg(
      '<style>.a{fill:url(#g)}</style><linearGradient id="g"/><rect class="a" width="100%" height="100%"/>',
      2_000,
    ),
  ],
  [
    "a circle of references",
    svg('<g id="a"><use xlink:href="#b"/></g><g id="b"><use xlink:href="#a"/></g>', 100),
  ],
])("an SVG with %s is drawn", async (_, bytes) => {
  const { width, height } = await openImage(bytes, { maxPixels: 1e8 });
  expect(() => refuseEndlessSvg(svgCost(bytes), { width, height })).not.toThrow();
});

test("the estimate does not depend on the encoding", () => {
  const bytes = svg(filtered(TURBULENCE));
  expect(svgCost(Buffer.from(`\ufeff${bytes}`, "utf16le"))).toBe(svgCost(bytes));
  expect(svgCost(Buffer.from(`\ufeff${bytes}`, "utf16le").swap16())).toBe(svgCost(bytes));
});

test("elements in each other, far deeper than drawings have them, end the estimate", () => {
  expect(() => svgCost(svg("<g>".repeat(200_000)))).not.toThrow();
  const inside = (n: number) =>
    `<g id="u${n}">${"<g>".repeat(100)}<use xlink:href="#u${n + 1}"/>${"</g>".repeat(101)}`;
  expect(svgCost(svg(Array.from({ length: 50 }, (_, n) => inside(n)).join("")))).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test("the same drawing costs more at a larger size", async () => {
  const bytes = svg(filtered(TURBULENCE), 300);
  const cost = svgCost(bytes);
  expect(() => refuseEndlessSvg(cost, { width: 300, height: 300 })).not.toThrow();
  expect(() => refuseEndlessSvg(cost, { width: 30_000, height: 30_000 })).toThrow(/30000 x 30000 pixels/);
});
