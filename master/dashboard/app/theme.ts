import { computed, effect, signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** What the user chose; `system` follows the device. */
export const theme = signal<Theme>(stored());

const device = matchMedia("(prefers-color-scheme: dark)");
const isDeviceDark = signal(device.matches);

/** The theme that is shown. Drawings are made anew when it changes. */
export const shownTheme = computed(() =>
  theme.value === "system" ? (isDeviceDark.value ? "dark" : "light") : theme.value,
);

export function setTheme(next: Theme): void {
  theme.value = next;
  localStorage.setItem("theme", next);
}

/** Before the first paint, so that no light page flashes up in the dark. */
export function startTheme(): void {
  device.addEventListener("change", ({ matches }) => {
    isDeviceDark.value = matches;
  });
  effect(() => document.documentElement.setAttribute("data-theme", shownTheme.value));
}

function stored(): Theme {
  const kept = localStorage.getItem("theme");
  return THEMES.find((known) => known === kept) ?? "system";
}
