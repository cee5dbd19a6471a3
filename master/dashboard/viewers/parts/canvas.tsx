import { useEffect, useRef } from "preact/hooks";
import { shownTheme } from "../../app/theme.ts";

export interface CanvasArea {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  /** A colour of the theme: `color("--accent")`. */
  readonly color: (name: string) => string;
}

interface CanvasProps {
  /** Undefined where what is around it says the same. */
  readonly label?: string;
  /** Height in pixels; `square` follows the width. */
  readonly height: number | "square";
  readonly draw: (area: CanvasArea) => void;
  /** Drawn anew when one of these changes. */
  readonly deps: readonly unknown[];
}

/** A drawing as wide as its place, sharp on every screen, in the colours of the theme. */
export function Canvas({ label, height, draw, deps }: CanvasProps) {
  const own = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = own.current;
    if (canvas === null) return;
    const redraw = () => paint(canvas, height, draw);
    const observer = new ResizeObserver(redraw);
    observer.observe(canvas.parentElement ?? canvas);
    redraw();
    return () => observer.disconnect();
  }, [height, shownTheme.value, ...deps]);
  return (
    <canvas
      ref={own}
      class="drawing"
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    />
  );
}

function paint(canvas: HTMLCanvasElement, height: number | "square", draw: (area: CanvasArea) => void): void {
  const context = canvas.getContext("2d");
  const width = canvas.parentElement?.clientWidth ?? 0;
  if (context === null || width === 0) return;
  const high = height === "square" ? width : height;
  const sharpness = devicePixelRatio;
  canvas.width = Math.round(width * sharpness);
  canvas.height = Math.round(high * sharpness);
  canvas.style.height = `${high}px`;
  context.setTransform(sharpness, 0, 0, sharpness, 0, 0);
  const styles = getComputedStyle(canvas);
  draw({ context, width, height: high, color: (name) => styles.getPropertyValue(name).trim() });
}
