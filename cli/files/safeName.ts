/** Bytes that common file systems allow in a name, less some for a suffix such as `-2`. */
const MAX_BYTES = 220;

/**
 * Makes a name from the wire a safe file name: it stays inside its folder and has no characters that are special
 * to a terminal, a shell's glob or Windows. Never empty, `.` or `..`.
 */
export function safeName(wireName: string): string {
  const base = wireName.split(/[/\\]/).at(-1) ?? "";
  const plain = base
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff<>:"|?*]/gu, "_")
    .replace(/[. ]+$/, "")
    .replace(/^[\s.-]+/, "_");
  const named = plain.replaceAll("_", "") === "" && plain.length < 2 ? "result" : plain;
  return shortened(isReserved(named) ? `_${named}` : named);
}

/** Folders of a relative path, each made safe: `a/b/report.txt` -> [`a`, `b`]. */
export function safeFolders(path: string): readonly string[] {
  return path.split("/").slice(0, -1).map(safeName);
}

/**
 * The name of a result without the number that the master gave it because it has others of that name: `scan_ocr-2.json`
 * of `scan.png` -> `scan_ocr.json`. A number that belongs to the input's own name stays.
 */
export function withoutNumber(wireName: string, input: string): string {
  const name = (wireName.split(/[/\\]/).at(-1) ?? "").normalize("NFC");
  const [, begin, end = ""] = /^(.+)-(?:[2-9]|[1-9]\d+)(\.[^.]*)?$/.exec(name) ?? [];
  const { stem } = splitName((input.split(/[/\\]/).at(-1) ?? "").normalize("NFC"));
  return begin?.includes(stem) === true && stem !== "" ? `${begin}${end}` : name;
}

/** `photo.png` -> `photo-2.png`. */
export function twinName(name: string, twin: number): string {
  const { stem, extension } = splitName(name);
  return `${stem}-${twin}${extension}`;
}

/** Whether Windows reserves the name for a device, with any extension. */
function isReserved(name: string): boolean {
  return /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/i.test(name);
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const { stem, extension } = splitName(name);
  let kept = "";
  for (const character of stem) {
    if (Buffer.byteLength(kept + character + extension) > MAX_BYTES) break;
    kept += character;
  }
  return kept + extension;
}

/** Splits a name. An extension has at most 16 characters; a longer text after a dot belongs to the stem. */
function splitName(name: string): { readonly stem: string; readonly extension: string } {
  const extension = /(?<=.)\.[^.]{1,16}$/u.exec(name)?.[0] ?? "";
  return { stem: name.slice(0, name.length - extension.length), extension };
}
