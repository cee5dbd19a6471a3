import { useState } from "preact/hooks";
import { count, counted } from "../ui/words.ts";
import { Copy } from "./parts/copy.tsx";
import { Marked, matches } from "./parts/marked.tsx";
import { Search } from "./parts/search.tsx";
import { useText } from "./result.ts";
import type { ViewerProps } from "./viewer.ts";

/** Characters that are drawn at a time: the layout of more takes seconds. */
const PIECE = 300_000;

/** A result as it is, to read, search and copy; a long one in pieces. */
export function PlainText({ file }: ViewerProps) {
  const text = useText(file);
  const [sought, setSought] = useState("");
  const [shown, setShown] = useState(PIECE);
  if (text.state === "loading") return <p class="quiet">Loading…</p>;
  if (text.state === "failed") return <p class="note">{text.error}</p>;
  const left = text.value.length - shown;
  const hits = sought.trim() === "" ? "" : counted(matches(text.value, sought), "place");
  return (
    <>
      <div class="tools">
        <Search label="Search in the text" value={sought} onInput={setSought} said={hits} />
        <Copy text={text.value} what="Copy text" />
      </div>
      <Marked text={text.value.slice(0, shown)} sought={sought} />
      {left > 0 && (
        <button type="button" class="link" onClick={() => setShown(shown + PIECE)}>
          {`${count(left)} more characters`}
        </button>
      )}
    </>
  );
}
