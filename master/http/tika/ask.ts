import type { Request } from "express";
import { RequestError } from "../../../shared/errors.ts";
import type { JsonObject } from "../../../shared/tasks/task.ts";
import type { BodyKind } from "./kinds.ts";

/** Form of the text that a client wants. */
export type TextForm = "text" | "html" | "markdown" | "none";

/** Names of handlers in Tika's addresses. Its XML is XHTML, which `html` stands for. */
const HANDLERS: Readonly<Record<string, TextForm>> = {
  text: "text",
  main: "text",
  body: "text",
  html: "html",
  xml: "html",
  md: "markdown",
  ignore: "none",
};

/** @throws RequestError `bad_query` for a handler that is not known */
export function formOf(handler: string): TextForm {
  const form = HANDLERS[handler];
  if (form !== undefined) return form;
  throw new RequestError("bad_query", `${handler.slice(0, 100)} is no handler of text.`, {
    details: { valid_values: Object.keys(HANDLERS) },
  });
}

/** Options of the task that reads the body, from the headers of Tika's clients. */
export function optionsOf(req: Request, { task }: BodyKind, form: TextForm): JsonObject {
  const languages = headerOf(req, "x-tika-ocrlanguage");
  const forOcr = languages === undefined ? {} : { languages };
  if (task === "ocr") return forOcr;
  const password = headerOf(req, "password") ?? headerOf(req, "x-tika-password");
  return {
    any_name: true,
    format: form === "none" ? "text" : form,
    ocr: readsPictures(req),
    ...(languages === undefined ? {} : { ocr_options: forOcr }),
    ...(password === undefined ? {} : { password }),
  };
}

/** Pages without a text layer go through OCR unless the client forbids it: Tika's strategy `auto`. */
export function readsPictures(req: Request): boolean {
  const strategy = headerOf(req, "x-tika-pdfocrstrategy")?.toLowerCase();
  return strategy !== "no_ocr" && headerOf(req, "x-tika-ocrskipocr")?.toLowerCase() !== "true";
}

function headerOf(req: Request, name: string): string | undefined {
  const value = req.get(name)?.trim();
  return value === "" ? undefined : value;
}
