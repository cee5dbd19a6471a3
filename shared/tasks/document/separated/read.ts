import type { JsonObject, StepFile } from "../../task.ts";
import type { DocumentOptions } from "../options.ts";
import { decodedFile } from "../plain.ts";
import { readingFields } from "../reading/fields.ts";
import { CellBudget, GridSink } from "../reading/grid.ts";
import { recordsOf } from "./records.ts";
import { separatorOf } from "./separator.ts";

/** Makes the fields of a file of separated values (RFC 4180, and with other separators). */
export async function separatedFields(file: StepFile, options: DocumentOptions): Promise<JsonObject> {
  const { text, encoding } = await decodedFile(file);
  // Excel writes a first line that names the separator.
  const stated = /^sep=(.)\r?\n/i.exec(text);
  const table = stated === null ? text : text.slice(stated[0].length);
  const separator = stated?.[1] ?? separatorOf(table);
  const sink = new GridSink(new CellBudget(options.max_characters));
  let number = 0;
  for (const cells of recordsOf(table, separator)) {
    number += 1;
    sink.add(cells, number);
  }
  const section = { kind: "text", title: "", hidden: false, parts: [sink.grid()] } as const;
  const media_type = separator === "\t" ? "text/tab-separated-values" : "text/csv";
  return readingFields({ document_type: "CSV", media_type, encoding, sections: [section] }, options);
}
