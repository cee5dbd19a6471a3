import { computed, signal } from "@preact/signals";

/** The address bar is the one place that holds what is shown: deep links and the back button follow from it. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

export type View =
  | { readonly name: "drop" | "jobs" | "slaves" | "timeline" | "missing" }
  | { readonly name: "job"; readonly id: string; readonly file?: number }
  | { readonly name: "slave"; readonly id: string };

export const place = signal<Place>(placeNow());
export const view = computed<View>(() => viewAt(place.value.path));
/** Text search of the view, as the query holds it. */
export const search = computed(() => place.value.query.get("q") ?? "");

const PLAIN: Readonly<Record<string, View>> = {
  "/": { name: "drop" },
  "/jobs": { name: "jobs" },
  "/slaves": { name: "slaves" },
  "/timeline": { name: "timeline" },
};

export function viewAt(path: string): View {
  const plain = PLAIN[path.length > 1 ? path.replace(/\/$/, "") : path];
  if (plain !== undefined) return plain;
  const [, room, id, files, index] = path.split("/").map(decoded);
  if (room === "slaves" && id && files === undefined) return { name: "slave", id };
  if (room !== "jobs" || !id) return { name: "missing" };
  if (files === undefined) return { name: "job", id };
  return files === "files" && /^\d+$/.test(index ?? "")
    ? { name: "job", id, file: Number(index) }
    : { name: "missing" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function placeNow(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** Shows another address. `replace` keeps the step out of the browser's history: typing in a filter. */
export function go(address: string, how: "push" | "replace" = "push"): void {
  if (!mayLeave()) return;
  const before = place.value.path;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  place.value = placeNow();
  if (how === "push" && place.value.path.split("/")[1] !== before.split("/")[1]) scrollTo(0, 0);
}

/** Sets parameters of the query and keeps the others; an empty value removes one. */
export function setQuery(
  values: Readonly<Record<string, string>>,
  how: "push" | "replace" = "replace",
): void {
  go(withQuery(place.value, values), how);
}

export function withQuery({ path, query }: Place, values: Readonly<Record<string, string>>): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(values)) {
    if (value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Asked before the page shows another view; a view that would lose something sets it. */
export const leaveGuard = signal<(() => boolean) | undefined>(undefined);
const mayLeave = () => leaveGuard.value?.() !== false;

/** Follows links to views without loading the page again, and the browser's back and forward. */
export function startRouter(): void {
  addEventListener("popstate", () => {
    place.value = placeNow();
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || !isPlainClick(event) || !leadsToView(link)) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

function isPlainClick(event: MouseEvent): boolean {
  const { defaultPrevented, button, metaKey, ctrlKey, shiftKey, altKey } = event;
  return !defaultPrevented && button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;
}

function leadsToView(link: HTMLAnchorElement): boolean {
  const stays = link.origin === location.origin && !link.hasAttribute("download") && link.target === "";
  return stays && viewAt(link.pathname).name !== "missing";
}
