import { integer } from "../numerals.ts";
import { elements, find, isOn, valueAt, type Xml } from "../xml.ts";
import { eqText } from "./eq.ts";
import type { WordField } from "./fields.ts";
import { symbolOf } from "./symbols.ts";

export const TICKED = "\u2612";
export const UNTICKED = "\u2610";

/** What Word shows for a field that has no stored result: a control of a form, a sign, a button's words. */
export function shownWithoutResult({ instruction, form }: WordField): string {
  const [, name = "", rest = ""] = /^\s*([^\s\\]+)\s*([\s\S]*)$/.exec(instruction) ?? [];
  const show = WITHOUT_RESULT.get(name.toUpperCase());
  return show === undefined ? "" : show(rest, form);
}

const WITHOUT_RESULT: ReadonlyMap<string, (rest: string, form: Xml | undefined) => string> = new Map([
  ["FORMCHECKBOX", (_: string, form: Xml | undefined) => checkBox(find(form, "w:checkBox"))],
  ["FORMDROPDOWN", (_: string, form: Xml | undefined) => dropDown(find(form, "w:ddList"))],
  ["FORMTEXT", (_: string, form: Xml | undefined) => valueAt(form, "w:textInput", "w:default") ?? ""],
  ["MACROBUTTON", secondArgument],
  ["GOTOBUTTON", secondArgument],
  ["QUOTE", (rest: string) => argumentsOf(rest)[0] ?? ""],
  ["SYMBOL", symbol],
  ["EQ", eqText],
]);

function checkBox(box: Xml | undefined): string {
  return isOn(find(box, "w:checked") ?? find(box, "w:default")) ? TICKED : UNTICKED;
}

function dropDown(list: Xml | undefined): string {
  const chosen = integer(valueAt(list, "w:result") ?? valueAt(list, "w:default"), 0);
  return elements(list, "w:listEntry")[chosen]?.attributes["w:val"] ?? "";
}

/** The words of a button follow the name of what it starts. */
function secondArgument(rest: string): string {
  return (/^\S+\s+([\s\S]*)$/.exec(rest)?.[1] ?? "").trimEnd();
}

/** `SYMBOL 97 \f "Symbol"`: a code, or the sign itself. */
function symbol(rest: string): string {
  const [sign = "", ...others] = argumentsOf(rest);
  const font = others[others.indexOf("\\f") + 1];
  const code = Number(sign);
  if (Number.isNaN(code)) return sign;
  return others.includes("\\u")
    ? String.fromCodePoint(Math.min(code, 0xffff))
    : symbolOf(others.includes("\\f") ? font : undefined, code);
}

/** The address that a field links to; undefined for other fields, and for addresses that the result must not have. */
export function linkOf(instruction: string): string | undefined {
  if (!/^\s*HYPERLINK\s/i.test(instruction)) return undefined;
  return safeAddress(argumentsOf(instruction.replace(/^\s*\w+/, ""))[0] ?? "");
}

/** An address of the web or of mail. */
export function safeAddress(address: string): string | undefined {
  return /^(?:https?|mailto):/i.test(address.trim()) ? address.trim() : undefined;
}

function argumentsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"?|“([^”]*)”?|(\S+)/g)].map(
    ([, quoted, curly, bare]) => quoted ?? curly ?? bare ?? "",
  );
}
