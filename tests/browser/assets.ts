import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const ASSETS = join(import.meta.dirname, "../../dist/master/dashboard/assets");

/** Bytes of the page's scripts and styles, compressed, without pdf.js, which only the viewer of PDFs loads. */
export function compressedPageBytes(): number {
  const files = readdirSync(ASSETS).filter((name) => /\.(js|css)$/.test(name) && !name.startsWith("pdf"));
  const sizes = files.map((name) => gzipSync(readFileSync(join(ASSETS, name))).length);
  if (sizes.length < 2) throw new Error(`${ASSETS} lacks the scripts of the page: npm run build`);
  return sizes.reduce((total, size) => total + size, 0);
}
