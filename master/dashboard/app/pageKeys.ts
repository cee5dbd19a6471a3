import { helpOpen } from "./help.tsx";
import { bindKeys } from "./keyboard.ts";
import { go } from "./router.ts";

/** Keys that work in every view. */
export function startPageKeys(): void {
  bindKeys([
    {
      key: "?",
      what: "this help",
      run: () => {
        helpOpen.value = true;
      },
    },
    { key: "/", what: "search", run: focusSearch },
    { key: "u", what: "upload files", run: () => go("/") },
    { key: "j", what: "jobs", run: () => go("/jobs") },
    { key: "s", what: "slaves", run: () => go("/slaves") },
    { key: "t", what: "timeline", run: () => go("/timeline") },
  ]);
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>("input[type=search]");
  if (field === null) go("/jobs");
  requestAnimationFrame(() => document.querySelector<HTMLInputElement>("input[type=search]")?.focus());
}
