import { signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** What the user chose; `system` follows the device. */
export const theme = signal<Theme>(stored());

export function setTheme(next: Theme): void {
  theme.value = next;
  localStorage.setItem("theme", next);
  apply(next);
}

/** Before the first paint, so that no light page flashes up in the dark. */
export function startTheme(): void {
  apply(theme.value);
}

function apply(chosen: Theme): void {
  const root = document.documentElement;
  if (chosen === "system") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", chosen);
}

function stored(): Theme {
  const kept = localStorage.getItem("theme");
  return THEMES.find((known) => known === kept) ?? "system";
}
