import { expect, test } from "vitest";
import { readVariables } from "../env.ts";
import { masterUrl } from "./masterAddress.ts";
import { masterUrls } from "./masterUrl.ts";

test.each([
  ["127.0.0.1:5000", "http://127.0.0.1:5000"],
  ["localhost:5000", "http://localhost:5000"],
  ["pc-7", "http://pc-7:5000"],
  ["pc-7:80", "http://pc-7"],
  ["pc-7/hands", "http://pc-7:5000/hands"],
  ["[fd00::7]:5000", "http://[fd00::7]:5000"],
  ["http://pc-7", "http://pc-7"],
  ["http://pc-7:5000/", "http://pc-7:5000"],
  ["HTTPS://pc-7:5443/hands//", "https://pc-7:5443/hands"],
  ["http://user:secret@pc-7:5000/?a=1#b", "http://pc-7:5000"],
  ["  pc-7:5000 ", "http://pc-7:5000"],
])("%j is the master %s", (text, url) => {
  expect(masterUrl(text)).toBe(url);
});

test.each([
  "",
  " ",
  "ftp://pc-7",
  "https:/pc-7",
  "http://",
  "http:///x",
  "pc 7:5000",
  "pc-7:port",
  "pc-7:70000",
])("%j is no master's address", (text) => {
  expect(masterUrl(text)).toBeUndefined();
});

const VARIABLES = { urls: { name: "MASTER_URL", schema: masterUrls, fallback: "pc-1:5000", meaning: "" } };

test("MASTER_URL may name several masters, in any of the forms", () => {
  expect(readVariables(VARIABLES, { MASTER_URL: "pc-1:5000, https://pc-2:5000" }).urls).toEqual([
    "http://pc-1:5000",
    "https://pc-2:5000",
  ]);
  expect(readVariables(VARIABLES, {}).urls).toEqual(["http://pc-1:5000"]);
});

test.each([
  [
    "pc-1:5000,ftp://pc-2",
    "MASTER_URL=pc-1:5000,ftp://pc-2: ftp://pc-2 is not an address; needed: host:port",
  ],
  [",", "there is no address; needed: host:port"],
])("MASTER_URL=%s is refused, and the sentence has the valid forms", (text, told) => {
  expect(() => readVariables(VARIABLES, { MASTER_URL: text })).toThrow(told);
});
