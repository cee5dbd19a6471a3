import type { Colour, GanttDrawing } from "./drawing.ts";

const FONT = '12.5px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Draws on a canvas, sharp on dense screens. */
export function paint(canvas: HTMLCanvasElement, { width, height, rects, texts }: GanttDrawing): void {
  const density = devicePixelRatio || 1;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext("2d");
  if (context === null) return;
  const colours = colourReader();
  context.scale(density, density);
  context.fillStyle = colours("--surface");
  context.fillRect(0, 0, width, height);
  for (const { x, y, width: w, height: h, fill, opacity = 1 } of rects) {
    context.globalAlpha = opacity;
    context.fillStyle = colours(fill);
    context.beginPath();
    context.roundRect(x, y, w, h, Math.min(2, w / 2));
    context.fill();
  }
  context.globalAlpha = 1;
  context.fillStyle = colours("--ink-2");
  context.font = FONT;
  context.textBaseline = "middle";
  for (const { x, y, text, align } of texts) {
    context.textAlign = align;
    context.fillText(text, x, y);
  }
}

/** The drawing as a file of its own. */
export function svgOf({ width, height, rects, texts }: GanttDrawing): string {
  const colours = colourReader();
  const shapes = rects.map(
    ({ x, y, width: w, height: h, fill, opacity = 1 }) =>
      `<rect x="${round(x)}" y="${y}" width="${round(w)}" height="${h}" fill="${colours(fill)}" opacity="${round(opacity)}"/>`,
  );
  const words = texts.map(
    ({ x, y, text, align }) =>
      `<text x="${round(x)}" y="${y}" text-anchor="${align === "left" ? "start" : "middle"}" dominant-baseline="middle">${escaped(text)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" fill="${colours("--surface")}"/>`,
    ...shapes,
    `<g font-family="system-ui, sans-serif" font-size="12.5" fill="${colours("--ink-2")}">`,
    ...words,
    "</g></svg>",
  ].join("\n");
}

/** Reads each colour of the style sheet once for a drawing: they change with the theme. */
export function colourReader(): (name: Colour) => string {
  const style = getComputedStyle(document.documentElement);
  const known = new Map<Colour, string>();
  return (name) => {
    const value = known.get(name) ?? style.getPropertyValue(name).trim();
    known.set(name, value);
    return value;
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Hands bytes to the browser's downloads. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
