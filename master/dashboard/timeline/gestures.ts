import { useEffect, useRef } from "preact/hooks";
import { LABELS } from "./drawing.ts";
import { panned, showLast, showWindow, type ViewWindow, zoomed } from "./window.ts";

/** A quarter of the window at a key, a step of zoom at a notch of the wheel. */
const PAN = 0.25;
const ZOOM = 1.25;

/** Zoom and pan by wheel, drag, pinch and keys; the address follows. */
export function useGestures(
  ref: { readonly current: HTMLElement | null },
  shown: ViewWindow,
  last: string,
): void {
  const now = useRef(shown);
  now.current = shown;
  useEffect(() => {
    const own = ref.current;
    if (own === null) return;
    const set = (next: ViewWindow) => {
      now.current = next;
      showWindow(next);
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const share = (event.deltaX || event.deltaY) / own.clientWidth;
      if (sideways) set(panned(now.current, share));
      else set(zoomed(now.current, event.deltaY > 0 ? ZOOM : 1 / ZOOM, placeOf(own, event)));
    };
    const keys = (event: KeyboardEvent) => {
      const next = byKey(event.key, now.current);
      if (next === undefined) return;
      event.preventDefault();
      if (next === "live") showLast(last);
      else set(next);
    };
    const stopPointers = followPointers(own, () => now.current, set);
    own.addEventListener("wheel", wheel, { passive: false });
    own.addEventListener("keydown", keys);
    return () => {
      stopPointers();
      own.removeEventListener("wheel", wheel);
      own.removeEventListener("keydown", keys);
    };
  }, [last]);
}

function byKey(key: string, shown: ViewWindow): ViewWindow | "live" | undefined {
  switch (key) {
    case "ArrowLeft":
      return panned(shown, -PAN);
    case "ArrowRight":
      return panned(shown, PAN);
    case "+":
    case "=":
      return zoomed(shown, 1 / ZOOM);
    case "-":
      return zoomed(shown, ZOOM);
    case "End":
    case "0":
      return "live";
    default:
      return undefined;
  }
}

/** Place in the chart, from 0 (left) to 1. */
function placeOf(own: HTMLElement, { clientX }: { readonly clientX: number }): number {
  const { left, width } = own.getBoundingClientRect();
  return Math.min(1, Math.max(0, (clientX - left - LABELS) / (width - LABELS)));
}

/** One pointer drags; two pinch around the point between them. */
function followPointers(
  own: HTMLElement,
  get: () => ViewWindow,
  set: (next: ViewWindow) => void,
): () => void {
  const pointers = new Map<number, PointerEvent>();
  const gone = new AbortController();
  const on = (names: readonly string[], take: (event: PointerEvent) => void) => {
    for (const name of names)
      own.addEventListener(name, (event) => take(event as PointerEvent), { signal: gone.signal });
  };
  on(["pointerdown"], (event) => pointers.set(event.pointerId, event));
  on(["pointerup", "pointercancel", "pointerleave"], (event) => pointers.delete(event.pointerId));
  on(["pointermove"], (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const [other] = [...pointers.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
    pointers.set(event.pointerId, event);
    const width = own.clientWidth - LABELS;
    if (other === undefined) set(panned(get(), (before.clientX - event.clientX) / width));
    else set(pinched(get(), { own, other, before, event }));
  });
  return () => gone.abort();
}

interface Pinch {
  readonly own: HTMLElement;
  readonly other: PointerEvent;
  readonly before: PointerEvent;
  readonly event: PointerEvent;
}

function pinched(shown: ViewWindow, { own, other, before, event }: Pinch): ViewWindow {
  const was = Math.max(8, Math.abs(before.clientX - other.clientX));
  const is = Math.max(8, Math.abs(event.clientX - other.clientX));
  return zoomed(shown, was / is, placeOf(own, { clientX: (event.clientX + other.clientX) / 2 }));
}
