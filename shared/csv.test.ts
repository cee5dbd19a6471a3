import { expect, test } from "vitest";
import { csvLine } from "./csv.ts";

test.each([
  [["a", 1, true, null, undefined], "a,1,true,,"],
  [["a,b", 'say "hi"', "two\nlines", "cr\r"], '"a,b","say ""hi""","two\nlines","cr\r"'],
  [["=1+1", "+x", "-x", "@SUM(A1)", "\t=1", "\r=1"], "'=1+1,'+x,'-x,'@SUM(A1),'\t=1,\"'\r=1\""],
  [["-5", "+5", "-1.5e-3", -2, ".5", "-"], "-5,+5,-1.5e-3,-2,.5,'-"],
  [['=HYPERLINK("x","y")'], `"'=HYPERLINK(""x"",""y"")"`],
  [["a=b", " =1", "'=1"], "a=b, =1,'=1"],
])("%j is the line %j", (cells, line) => {
  expect(csvLine(cells)).toBe(`${line}\r\n`);
});
