import { expect, test } from "vitest";
import { formatOf } from "./xlsx/format/format.ts";

const BASE = { is1904: false };

test.each([
  ["General", 0, "0"],
  ["General", 1234567.891, "1234567.891"],
  ["General", 0.1 + 0.2, "0.3"],
  ["General", 1 / 3, "0.333333333"],
  ["General", 123_456_789_012, "123456789012"],
  ["General", 1.5e20, "1.5E+20"],
  ["General", -0.00001234, "-1.234E-05"],
  ["0", 2.5, "3"],
  ["0", -0.4, "0"],
  ["00000", 42, "00042"],
  ["0.00", 1.005, "1.01"],
  ["0.00", -2, "-2.00"],
  ["#,##0", 1234567, "1,234,567"],
  ["#,##0.00", 0.5, "0.50"],
  ["#,##0", 999, "999"],
  ["#,###.##", 0, "."],
  ["0.0#", 1.5, "1.5"],
  ["0%", 0.256, "26%"],
  ["0.0%", 0.1234, "12.3%"],
  ["0.00E+00", 12345, "1.23E+04"],
  ["0.00E+00", 0.00012, "1.20E-04"],
  ["0.0E+00", 9.99, "1.0E+01"],
  ["##0.0E+0", 12345, "12.3E+3"],
  ["# ?/?", 1.25, "1 1/4"],
  ["# ?/?", 0.5, "1/2"],
  ["# ?/?", 3, "3"],
  ["# ??/??", Math.PI, "3 1/7"],
  ["?/8", 0.375, "3/8"],
  ["#,##0,", 1_234_567, "1,235"],
  ['0.0,,"M"', 2_500_000, "2.5M"],
  ['#,##0.00" €"', 1234.5, "1,234.50 €"],
  ["[$€-407] #,##0.00", 5, "€ 5.00"],
  ["[$-409]0", 5, "5"],
  ["#,##0_);(#,##0)", -1234, "(1,234)"],
  ["#,##0_);[Red](#,##0)", 1234, "1,234"],
  ['0;-0;"none"', 0, "none"],
  ['0;"minus "0', -3, "minus 3"],
  ['[<1]"small";[>=100]"large";0', 0.5, "small"],
  ['[<1]"small";[>=100]"large";0', 100, "large"],
  ['[<1]"small";[>=100]"large";0', 50, "50"],
  ["000-0000", 5_551_234, "555-1234"],
  ["(000) 000-0000", 5_551_234_567, "(555) 123-4567"],
  ['_("$"* #,##0.00_)', 3, "$3.00"],
  ["@", 12, "12"],
  ['"Yes"', 1, "Yes"],
  [";;;", 5, ""],
])("the format %s shows %d as %j", (code, value, shown) => {
  expect(formatOf(code, BASE).number(value)).toBe(shown);
});

test.each([
  ["yyyy-mm-dd", 45_292, "2024-01-01"],
  ["d.m.yy", 1, "1.1.00"],
  ["d mmm yyyy", 59, "28 Feb 1900"],
  ["yyyy-mm-dd", 60, "1900-02-29"],
  ["yyyy-mm-dd", 61, "1900-03-01"],
  ["dddd, d. mmmm yyyy", 45_292, "Monday, 1. January 2024"],
  ["[$-407]dddd, d. mmmm yyyy", 45_292, "Montag, 1. Januar 2024"],
  ["mmm-yy", 45_292, "Jan-24"],
  ["h:mm AM/PM", 0.75, "6:00 PM"],
  ["hh:mm:ss", 0.999995, "24:00:00".replace("24", "00")],
  ["yyyy-mm-dd hh:mm", 45_292.9999999, "2024-01-02 00:00"],
  ["mm:ss.0", 0.000_707_175, "01:01.1"],
  ["[h]:mm", 1.5, "36:00"],
  ["[mm]:ss", 0.0625, "90:00"],
  ['yyyy"年"m"月"d"日"', 45_292, "2024年1月1日"],
  ["yyyy-mm-dd", -5, "-5"],
  ["yyyy-mm-dd", 1e10, "10000000000"],
])("the format %s shows the day %d as %j", (code, value, shown) => {
  expect(formatOf(code, BASE).number(value)).toBe(shown);
});

test("days count from 1904 where the workbook says so", () => {
  expect(formatOf("yyyy-mm-dd", { is1904: true }).number(0)).toBe("1904-01-01");
  expect(formatOf("yyyy-mm-dd", { is1904: true }).number(43_830)).toBe("2024-01-01");
});

test("texts go through the section for texts", () => {
  expect(formatOf('0;0;0;"<"@">"', BASE).text("a")).toBe("<a>");
  expect(formatOf("0.00", BASE).text("a")).toBe("a");
});

test("a format without end is read in time that grows with its length", () => {
  expect(formatOf("[".repeat(100_000), BASE).number(1)).toBe("");
  expect(formatOf("0".repeat(100_000), BASE).number(1)).toHaveLength(2_000);
});
