import { descendants, elements, find, textBelow, type Xml } from "./xml.ts";

/** Paragraphs of drawn text that are not empty. */
export function linesOf(parent: Xml): string[] {
  return descendants(parent, "a:p")
    .map((paragraph) => runsOf(paragraph))
    .filter((line) => line.trim() !== "");
}

function runsOf(paragraph: Xml): string {
  return elements(paragraph)
    .map((child) => (child.name === "a:br" ? "\n" : textBelow(find(child, "a:t"))))
    .join("");
}
