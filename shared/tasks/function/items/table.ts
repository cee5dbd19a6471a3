import { FileError } from "../../../errors.ts";
import { RowSplitter } from "../../../ml/csv.ts";
import { readHeader } from "../../../ml/rows.ts";
import type { StepFile } from "../../task.ts";
import type { ItemSplitter } from "./list.ts";

/** Rows of a table as objects of texts, with the names of the header as keys. @throws FileError `bad_table` */
export async function tableSplitter(file: StepFile): Promise<ItemSplitter & { readonly from: number }> {
  const { names, delimiter, end } = await readHeader(file);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let items: string[] = [];
  const rows = new RowSplitter(
    delimiter,
    (cells, row) => {
      if (cells.length !== names.length) throw raggedTable(file.filename, row);
      items.push(JSON.stringify(Object.fromEntries(names.map((name, at) => [name, cells[at]]))));
    },
    2,
  );
  const taken = () => {
    const found = items;
    items = [];
    return found;
  };
  return {
    from: end,
    push: (chunk) => {
      rows.push(decoded(file.filename, () => decoder.decode(chunk, { stream: true })));
      return taken();
    },
    end: () => {
      rows.push(decoded(file.filename, () => decoder.decode()));
      rows.end();
      return taken();
    },
  };
}

function raggedTable(filename: string, row: number): FileError {
  return new FileError("bad_table", `${filename}, row ${row} has another number of cells than the header.`);
}

function decoded(filename: string, decode: () => string): string {
  try {
    return decode();
  } catch (cause) {
    throw new FileError("unsupported_encoding", `${filename} is not in UTF-8. Save it as UTF-8.`, { cause });
  }
}
