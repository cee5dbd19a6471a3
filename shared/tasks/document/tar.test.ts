import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { paxRecord, tarOf } from "./testing/tar.ts";
import { codeOf, fieldsOf } from "./testing.ts";

const FILES = [
  { name: "a/", type: "5" },
  { name: "one.txt", prefix: "a/b", content: "First" },
  { name: "@LongLink", type: "L", content: `${"n".repeat(150)}.csv\0` },
  { name: "cut name", content: "x,y\n1,2\n" },
  { name: "pax", type: "x", content: paxRecord("mtime", "1.5") + paxRecord("path", "grün.html") },
  { name: "gr", content: "<html><p>Second" },
  { name: "link", type: "2" },
  { name: "x.bin", content: Buffer.from("\0\x01") },
];
const NAMES = ["a/b/one.txt", `${"n".repeat(150)}.csv`, "grün.html", "x.bin"];

test.each([
  ["a.tar", tarOf(FILES), "application/x-tar"],
  ["a.tar.gz", gzipSync(tarOf(FILES)), "application/gzip"],
])("the files of %s are listed or read where the option says so", async (name, bytes, media_type) => {
  const list = await fieldsOf(name, bytes, { archives: "list" });
  expect(list).toMatchObject({ document_type: "Archive", media_type, text_content: NAMES.join("\n") });
  expect(list.attachments).toMatchObject([{ bytes: 5 }, { bytes: 8 }, { bytes: 15 }, { bytes: 2 }]);
  const read = await fieldsOf(name, bytes, { archives: "read" });
  expect(read.sections).toMatchObject([{}, { text: "First" }, { text: "x\ty\n1\t2" }, { text: "Second" }]);
  expect(read.attachments).toMatchObject([{}, {}, {}, { error: expect.stringContaining("NUL") }]);
});

test("a tar archive is refused without the option, which the sentence names", async () => {
  for (const bytes of [tarOf(FILES), gzipSync(tarOf(FILES))])
    await expect(fieldsOf("a.tar", bytes)).rejects.toThrow(/wrong_type.*`archives`/);
});

test("archives in archives are read to a depth", async () => {
  const inner = gzipSync(tarOf([{ name: "deep.txt", content: "Third" }]));
  const { sections } = await fieldsOf("a.tar", tarOf([{ name: "in.tgz", content: inner }]), {
    archives: "read",
  });
  expect(sections).toMatchObject([{}, { title: "in.tgz", text: "deep.txt\n\nThird" }]);
});

test("a file that is too large is named, and those behind it are read", async () => {
  const large = { name: "large.txt", content: Buffer.alloc(65 * 2 ** 20, "a b c d ") };
  const bytes = tarOf([large, { name: "b.txt", content: "fine" }]);
  const { sections, attachments } = await fieldsOf("a.tar", bytes, { archives: "read" });
  expect(sections).toMatchObject([{}, { title: "b.txt", text: "fine" }]);
  expect(attachments).toMatchObject([{ error: expect.stringContaining("64 MB") }, {}]);
});

const whole = tarOf(FILES);
test.each([
  ["is cut off in a file", whole.subarray(0, 1_026), "corrupt_file"],
  ["is cut off in a header", whole.subarray(0, 1_900), "corrupt_file"],
  [
    "has a damaged header",
    Buffer.concat([whole.subarray(0, 1_536), Buffer.alloc(512, 7), whole]),
    "corrupt_file",
  ],
  ["is packed and cut off", gzipSync(whole, { level: 0 }).subarray(0, 4_000), "corrupt_file"],
  ["states a size of petabytes", tarOf([{ name: "a", size: 2 ** 52 }]), "corrupt_file"],
  ["states a name of a gigabyte", tarOf([{ name: "a", type: "L", size: 2 ** 30 }]), "too_large"],
  ["has too many entries", tarOf(Array.from({ length: 10_001 }, () => ({ name: "a" }))), "too_large"],
  [
    "packs a file a thousand times",
    gzipSync(tarOf([{ name: "a", content: Buffer.alloc(20 * 2 ** 20) }])),
    "too_large",
  ],
  ["ends without empty blocks", whole.subarray(0, -1_024), "ok"],
])("an archive that %s ends soon", async (_, bytes, code) => {
  expect(await codeOf("a.tar", bytes, { archives: "list" })).toBe(code);
});
