import { useState } from "preact/hooks";

/** Copies a text; says so on the button. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    // Absent without HTTPS, except on this machine.
    const done = await navigator.clipboard?.writeText(text).then(
      () => "Copied",
      () => "Not allowed",
    );
    setSaid(done ?? "Needs HTTPS");
  };
  return (
    <span>
      <button type="button" class="small" onClick={() => void copy()}>
        {said === "" ? what : said}
      </button>
      <span class="hidden" role="status">
        {said}
      </span>
    </span>
  );
}
