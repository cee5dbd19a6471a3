/** Number formats that files name by number alone (ECMA-376 part 1, 18.8.30). */
const FORMATS: Readonly<Record<number, string>> = {
  ...{ 0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00" },
  ...{ 12: "# ?/?", 13: "# ??/??", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM" },
  ...{ 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0" },
  ...{ 48: "##0.0E+0", 49: "@" },
  ...{ 5: '"$"#,##0_);("$"#,##0)', 6: '"$"#,##0_);("$"#,##0)' },
  ...{ 7: '"$"#,##0.00_);("$"#,##0.00)', 8: '"$"#,##0.00_);("$"#,##0.00)' },
  ...{
    37: "#,##0_);(#,##0)",
    38: "#,##0_);(#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);(#,##0.00)",
  },
  ...{ 41: '#,##0_);(#,##0);"-"_);@', 42: '"$"#,##0_);("$"#,##0);"$-"_);@' },
  ...{ 43: '#,##0.00_);(#,##0.00);"-"??_);@', 44: '"$"#,##0.00_);("$"#,##0.00);"$-"??_);@' },
  22: "yyyy-mm-dd h:mm",
};
/** The short date of the reader's system, which the file leaves open, and dates of East Asia: ISO 8601. */
const DATES: ReadonlySet<number> = new Set([14, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);
const TIMES: ReadonlySet<number> = new Set([32, 33, 34, 35, 55, 56]);

export function builtinFormat(id: number): string {
  if (DATES.has(id)) return "yyyy-mm-dd";
  return TIMES.has(id) ? "h:mm:ss" : (FORMATS[id] ?? "General");
}
