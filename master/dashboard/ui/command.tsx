import { useState } from "preact/hooks";

/** A command to copy. Without the clipboard, which browsers give to secure pages only, the text is selected. */
export function Command({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState("");
  const copy = async (event: MouseEvent) => {
    const code = (event.currentTarget as HTMLElement).parentElement?.querySelector("code");
    try {
      await navigator.clipboard.writeText(text);
      setCopied("Copied");
    } catch {
      if (code) getSelection()?.selectAllChildren(code);
      setCopied("Selected");
    }
  };
  return (
    <div class="command">
      <code>{text}</code>
      <button type="button" class="small" onClick={(event) => void copy(event)}>
        {copied || "Copy"}
      </button>
    </div>
  );
}
