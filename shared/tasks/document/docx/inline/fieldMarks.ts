import { find, type Xml } from "../xml.ts";
import { linkOf, shownWithoutResult } from "./instructions.ts";
import { type InlineReading, say } from "./reading.ts";

/** A mark that begins a field, separates its instruction from its result, or ends it (`w:fldChar`). */
export function fieldMark(element: Xml, reading: InlineReading): void {
  const type = element.attributes["w:fldCharType"];
  if (type === "begin") reading.fields.begin(find(element, "w:ffData"));
  if (type === "separate") separate(reading);
  if (type === "end") end(reading);
}

/** A field whose instruction is an attribute. */
export function simpleField(element: Xml, reading: InlineReading, readResult: () => void): void {
  reading.fields.begin(find(element, "w:ffData"));
  reading.fields.instruct(element.attributes["w:instr"] ?? "");
  separate(reading);
  readResult();
  end(reading);
}

function separate({ fields, line }: InlineReading): void {
  const field = fields.separate();
  const target = field === undefined ? undefined : linkOf(field.instruction);
  if (target !== undefined) line.link(target);
}

function end(reading: InlineReading): void {
  const field = reading.fields.end();
  if (field === undefined) return;
  if (linkOf(field.instruction) !== undefined) reading.line.link(undefined);
  if (!field.isShown) say(shownWithoutResult(field), reading);
}
