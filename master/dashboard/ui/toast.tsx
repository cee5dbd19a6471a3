import { signal } from "@preact/signals";

interface Toast {
  readonly text: string;
  readonly href: string | undefined;
}

const shown = signal<Toast | undefined>(undefined);
let timer: number | undefined;
const SHOWN_MS = 8_000;

/** Tells what an action did, with a link to what came of it. */
export function toast(text: string, href?: string): void {
  shown.value = { text, href };
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    shown.value = undefined;
  }, SHOWN_MS);
}

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {shown.value !== undefined && (
        <p class="toast">
          {shown.value.text} {shown.value.href !== undefined && <a href={shown.value.href}>Show</a>}
        </p>
      )}
    </div>
  );
}
