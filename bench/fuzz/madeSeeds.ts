import { gzipSync } from "node:zlib";
import { msgOf, msgStorage } from "../../shared/tasks/document/testing/msg.ts";
import { epubOf, odfOf } from "../../shared/tasks/document/testing/odf.ts";
import { pptxOf, said, shape } from "../../shared/tasks/document/testing/pptx.ts";
import { tarOf } from "../../shared/tasks/document/testing/tar.ts";
import { xlsxOf } from "../../shared/tasks/document/testing/xlsx.ts";
import { headPacket, noisePacket, setupPacket, vorbisFile } from "../../tests/fixtures/vorbis.ts";
import type { SeedFile } from "./seeds.ts";

/** Files of formats that the folders of files have not. */
export function madeSeeds(): readonly SeedFile[] {
  const tar = tarOf([
    { name: "a.txt", content: "A good day." },
    { name: "table.csv", content: "a,b\n1,2\n" },
    { name: "mail.eml", content: MAIL },
  ]);
  const document = [
    ["letter.msg", letter()],
    ["files.tar", tar],
    ["files.tar.gz", gzipSync(tar)],
    ["mail.eml", Buffer.from(MAIL)],
    ["sheet.xlsx", xlsxOf([{ name: "S", rows: SHEET }])],
    ["slides.pptx", pptxOf([{ shapes: shape(said("Title"), "title") }])],
    ["text.odt", odfOf("text", "<text:p>A good day.</text:p>")],
    ["book.epub", epubOf(["<h1>One</h1><p>A good day.</p>"], { "OEBPS/text/c 0.xhtml": PAGE })],
    ["text.rtf", Buffer.from("{\\rtf1\\ansi\\b A good\\b0  day.\\par\\trowd\\cellx900 x\\cell\\row}")],
  ] as const;
  return [
    ...document.map(([name, body]) => ({ name, tasks: ["document"] as const, body })),
    ...([0, 1, 2] as const).map((kind) => ({
      ...{ name: `residue-${kind}.ogg`, tasks: ["audio"] as const },
      body: vorbisFile({
        ...{ head: headPacket(2), setup: setupPacket({ residue: kind, couplings: [[0, 1]] }), end: 2_400 },
        packets: Array.from({ length: 20 }, (_, at) => noisePacket(at, 80)),
      }),
    })),
  ];
}

const MAIL = `From: a@example.org
To: b@example.org
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/html; charset=utf-8

<p>A <b>good</b> day.</p>
--x
Content-Type: text/csv; name=a.csv
Content-Transfer-Encoding: base64

YSxiCjEsMgo=
--x--
`;

const PAGE = "<html><body><h1>One</h1><p>A good day.</p></body></html>";
const SHEET = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="inlineStr"><is><t>a</t></is></c></row>';

function letter(): Buffer {
  const file = {
    texts: { "3707": "t.csv" },
    bytes: { "37010102": Buffer.from("a,b\n1,2\n") },
    numbers: { "3705": 1 },
  };
  return msgOf({
    texts: { "0037": "Subject", "0C1A": "Ann", "1000": "A good day." },
    bytes: { "10130102": Buffer.from("<p>A good day.</p>") },
    inside: { "__attach_version1.0_#00000000": msgStorage(file, 8) },
  });
}
