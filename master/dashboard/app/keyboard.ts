import { signal } from "@preact/signals";

/** A key of the page or of the view that is shown. */
export interface Shortcut {
  /** As `KeyboardEvent.key` tells it. */
  readonly key: string;
  readonly what: string;
  readonly run: () => void;
}

/** Single letters can be switched off: speech input types them by mistake (WCAG 2.1.4). */
export const lettersOn = signal(localStorage.getItem("letters") !== "off");

export function setLetters(on: "on" | "off"): void {
  lettersOn.value = on === "on";
  localStorage.setItem("letters", on);
}

const active = signal<readonly (readonly Shortcut[])[]>([]);

/** All keys that work now; those of the view win over those of the page. */
export const shortcuts = () => active.value.flat();

/** Adds keys until the returned function is called. */
export function bindKeys(keys: readonly Shortcut[]): () => void {
  active.value = [keys, ...active.value];
  return () => {
    active.value = active.value.filter((bound) => bound !== keys);
  };
}

export function startKeyboard(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!lettersOn.value || isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
    const found = shortcuts().find(({ key }) => key === event.key);
    if (found === undefined) return;
    event.preventDefault();
    found.run();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input,select,textarea,[contenteditable]") !== null;
}
