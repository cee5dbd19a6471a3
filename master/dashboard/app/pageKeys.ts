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

/** At once where the view has a field, so that letters typed right after the key are its text and no shortcuts. */
function focusSearch(): void {
  if (focusedSearch()) return;
  go("/jobs");
  requestAnimationFrame(focusedSearch);
}

function focusedSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>("input[type=search]");
  field?.focus();
  return field !== null;
}
