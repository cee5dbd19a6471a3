import { docOf } from "../../shared/tasks/document/testing/doc.ts";
import { epubOf } from "../../shared/tasks/document/testing/odf.ts";
import { xlsxOf } from "../../shared/tasks/document/testing/xlsx.ts";
import { assign, fixture, type NamedBody, type UploadOptions } from "../e2e/fleet.ts";

/** Jobs of every task, whose results the viewers show: ids by the names that the tests use. */
export interface ViewedJobs {
  readonly image: string;
  readonly ocr: string;
  readonly text: string;
  readonly shortText: string;
  readonly embedding: string;
  readonly audio: string;
  readonly document: string;
  /** A workbook, a mail, a book and a letter of old Word. */
  readonly kinds: string;
  readonly mean: string;
  readonly train: string;
  readonly numbers: string;
  readonly predict: string;
}

/** Text that would be code if it were taken as HTML. */
export const CODE = `<img src="http://elsewhere.test/x" onerror="alert('1')"><script>alert("2")</script>`;
/** The same as the name of a file: a slash would be a folder. */
const CODE_NAME = `<img src=x onerror=alert('1')>`;
const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60" onload="alert(3)"><script>alert(4)</script><image href="http://elsewhere.test/y"/><rect width="50" height="40" fill="red"/></svg>`;
const REVIEW = `A wonderful day by the sea, and everyone was happy. The soup was terrible and cold. We went home. ${CODE}`;

/** Sends fixtures and small files of each task to the master, and waits for their results. */
export async function sendViewedJobs(url: string): Promise<ViewedJobs> {
  const send = async (files: readonly NamedBody[], how: UploadOptions): Promise<string> => {
    const { body } = await assign(url, files, how);
    if (body.error !== undefined) throw new Error(body.error);
    return body.job_id;
  };
  const of = async (...paths: readonly string[]) =>
    await Promise.all(
      paths.map(async (path) => ({ name: path.split("/").at(-1) ?? "", body: await fixture(path) })),
    );
  const text = (name: string, content: string) => ({ name, body: Buffer.from(content) });
  const review = text(`${CODE_NAME}.txt`, REVIEW);
  const apples = await of("../../examples/files/apples.csv");
  const options = { trees: 20, folds: 3, grid: { depth: [2, null] } };
  const train = await send(apples, { task: "train", field: "tables", options });
  return {
    train,
    numbers: await send(apples, {
      task: "train",
      field: "tables",
      options: { target: "acid_g", model: "ridge" },
    }),
    predict: await send(
      [...(await of("../../examples/files/apples-new.csv")), text("wide.csv", wideTable())],
      { task: "predict", field: "tables", options: { model: train, on_error: "skip" } },
    ),
    image: await send(
      [...(await of("image/24-bit.bmp", "image/32-bit.tiff")), text(`${CODE_NAME}.svg`, DRAWING)],
      { task: "image", field: "images" },
    ),
    ocr: await send(await of("ocr/notice.png", "ocr/two-pages.tiff"), { task: "ocr", field: "images" }),
    text: await send([review, text("empty.txt", "")], { task: "text" }),
    shortText: await send([review], { task: "text", options: { sentences: 1 } }),
    embedding: await send(
      [
        text("harbour.txt", "The harbour master counts the boats in the harbour."),
        text("boats.txt", "Two boats left the harbour before noon."),
        text("soup.txt", `The soup was cold. ${CODE}`),
      ],
      { task: "embedding", options: { neighbours: 2 } },
    ),
    audio: await send(await of("audio/tagged.wav", "audio/tone.mp3", "../../examples/files/melody.wav"), {
      task: "audio",
      field: "audio_files",
    }),
    document: await send(
      await of(
        "document/three-pages.pdf",
        "document/scans.pdf",
        "document/various.docx",
        "document/comments.docx",
        "document/password-test.pdf",
      ),
      { task: "document", field: "documents" },
    ),
    kinds: await send(kindsOfDocuments(), {
      task: "document",
      field: "documents",
      options: { attachments: "read" },
    }),
    mean: await send([text("a.txt", "1\n2\n3\n"), text("b.txt", "3\n4\n-5\n")], {
      task: "mean",
      field: "numbers",
    }),
  };
}

function kindsOfDocuments(): NamedBody[] {
  const cell = (value: string) => `<c t="inlineStr"><is><t>${value}</t></is></c>`;
  const rows = (...all: readonly string[][]) =>
    all.map((cells) => `<row>${cells.map(cell).join("")}</row>`).join("");
  const mail = [
    "From: Ann <ann@example.org>\r\nTo: Bea <bea@example.org>\r\nSubject: Two boats",
    "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
    `--b\r\nContent-Type: text/plain\r\n\r\nThe list is attached. ${CODE}\r\n--b`,
    "Content-Type: text/csv\r\nContent-Disposition: attachment; filename=boats.csv\r\n\r\nname,length\r\nAurora,32\r\n--b--\r\n",
  ].join("\r\n");
  return [
    {
      name: "boats.xlsx",
      body: xlsxOf([
        { name: "Boats", rows: rows(["name", "length"], ["Aurora", "32"]) },
        { name: "Quays", rows: rows(["north", "south"]) },
        { name: "סירות", rows: rows(["שם", "אורך"], ["Aurora", "-32"]) },
      ]),
    },
    { name: "boats.eml", body: Buffer.from(mail) },
    {
      name: "boats.epub",
      body: epubOf(["<h1>Home again</h1><p>It rains.</p>", "<h1>Out at sea</h1><p>It is calm.</p>"]),
    },
    { name: "boats.doc", body: docOf({ stories: { main: "A letter about boats.\r" } }) },
  ];
}

/** A table of more rows than a preview loads; one of its texts is code, and one row cannot be used. */
function wideTable(): string {
  const rows = Array.from({ length: 12_000 }, (_, at) => `${at},${140 + (at % 80)},70,red,12.5,7`);
  return `note,weight_g,diameter_mm,colour,sugar_brix,acid_g\n"${CODE.replaceAll('"', '""')}",150,70,red,12,8\nx,heavy,70,red,12,8\n${rows.join("\n")}\n`;
}
