import { expect, test } from "vitest";
import { RowEnds } from "./rowEnds.ts";

function rowsOf(text: string, size: number): string[] {
  const bytes = Buffer.from(text);
  const ends = new RowEnds(",");
  const found: number[] = [];
  for (let offset = 0; offset < bytes.length; offset += size) {
    const piece = bytes.subarray(offset, offset + size);
    for (let end = ends.next(piece, 0); end !== undefined; end = ends.next(piece, end))
      found.push(offset + end);
  }
  return found.map((end, at) => bytes.toString("utf8", found[at - 1] ?? 0, end));
}

test.each([
  [["a,b\n", "c,d\r\n", "\n"]],
  [['"a\nb",c\n', 'd,"e ""\n"" f"\n', "g\n"]],
  [['""\n', '"",""\n', '"a"""\n', "b\n"]],
  [['5" nail,x\n', '6"",y\n', '"z\n"\n']],
])("the rows %j end where they do, in pieces of any size", (rows) => {
  for (const size of [1, 2, 3, 5, 100]) expect(rowsOf(rows.join(""), size)).toEqual(rows);
});
