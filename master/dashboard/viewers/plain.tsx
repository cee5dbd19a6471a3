import { useText } from "./result.ts";
import type { ViewerProps } from "./viewer.ts";

/** Characters that are drawn at first: layout of more of them takes seconds. */
const SHOWN = 500_000;

export function PlainText({ file }: ViewerProps) {
  const text = useText(file);
  if (text.state === "loading") return <p class="quiet">Loading…</p>;
  if (text.state === "failed") return <p class="err">{text.error}</p>;
  const cut = text.value.length - SHOWN;
  return (
    <>
      <pre class="plain">{text.value.slice(0, SHOWN)}</pre>
      {cut > 0 && <p class="quiet">{cut.toLocaleString("en")} more characters: download the result.</p>}
    </>
  );
}
