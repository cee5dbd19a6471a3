/** Characters of IBM code page 037 from byte 0x40 on: EBCDIC with Latin-1. */
const CP037 =
  " \u00a0âäàáãåçñ¢.<(+|&éêëèíîïìß!$*);¬-/ÂÄÀÁÃÅÇÑ¦,%_>?øÉÊËÈÍÎÏÌ`:#@'=\"Øabcdefghi«»ðýþ±°jklmnopqrªºæ¸Æ¤µ~stuvwxyz¡¿ÐÝÞ®^£¥·©§¶¼½¾[]¯¨´×" +
  "{ABCDEFGHI\u00adôöòóõ}JKLMNOPQR¹ûüùúÿ\\÷STUVWXYZ²ÔÖÒÓÕ0123456789³ÛÜÙÚ\u009f";

/** Other code pages by their differences: a byte and its character each. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  ibm037: "",
  ibm1047: "5f^ad[b0¬baÝbb¨bd]",
  ibm500: "4a[4f!5a]5f^b0¢ba¬bb|",
  ibm273: "43{4aÄ4f!59~5aÜ5f^63[6aö7c§a1ßb0¢b5@ba¬bb|c0äcc¦d0üdc}e0Öec\\fc]",
  ibm277: "47}4a#4f!5a¤5bÅ5f^67$6aø70¦7bÆ7cØ80@9c{9e[9f]a1üb0¢ba¬bb|c0æd0ådc~",
  ibm278: "43{47}4a§4f!51`5a¤5bÅ5f^63#67$6aö79é7bÄ7cÖ9f]a1üb0¢b5[ba¬bb|c0äcc¦d0ådc~ec@",
  ibm280: "44{48\\4a°4f!51]54}58~5aé5f^6aò79ù7b£7c§90[a1ìb0¢b1#b5@ba¬bb|c0àcd¦d0èdd`e0ç",
  ibm284: "49¦4a[5a]69#6añ7bÑa1¨b0¢ba^bb!bd~",
  ibm285: "4a$5b£a1‾b0¢b1[ba^bc~",
  ibm297: "44@48\\4a°4f!51{54}5a§5f^6aù79µ7b£7cà90[a0`a1¨b0¢b1#b5]ba¬bb|bd~c0éd0èdd¦e0ç",
  ibm871: "4aþ4f!5aÆ5fÖ79ð7cÐ8c`8e{9c}9e]a1öac@ae[b0¢ba¬bb|be\\c0Þcc~d0æe0´ec^",
};

export const EBCDIC: readonly string[] = Object.keys(DIFFERENCES);

const CONTROLS: Readonly<Record<number, string>> = {
  5: "\t",
  11: "\v",
  12: "\f",
  13: "\r",
  21: "\n",
  37: "\n",
};
const FIRST = 0x40;
const SPACE = 0x40;
/** Share of letters, digits and spaces from which bytes are a text in EBCDIC. */
const LIKELY = 0.75;

/** Whether the bytes are letters, digits and spaces of EBCDIC, and no ASCII. */
export function isEbcdic(bytes: Uint8Array): boolean {
  const numbers = new Uint32Array(256);
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    numbers[byte] = (numbers[byte] ?? 0) + 1;
  }
  const spaces = numbers[SPACE] ?? 0;
  const text = numbers.reduce((sum, number, byte) => sum + (isAlphanumeric(byte) ? number : 0), 0);
  return spaces > 0 && text > spaces && text + spaces >= bytes.length * LIKELY;
}

/** Letters are in groups of nine, or eight, which begin at 0x81, 0xc1 and every 16 bytes further. */
function isAlphanumeric(byte: number): boolean {
  const column = byte & 0x0f;
  if (byte < 0x81 || column > 9) return false;
  if (byte >= 0xf0) return true;
  return column > 0 && ((byte >= 0x81 && byte < 0xaa) || (byte >= 0xc1 && byte < 0xea));
}

export function decodeEbcdic(bytes: Uint8Array, name: string): string {
  const characters = tableOf(name);
  let text = "";
  for (const byte of bytes) text += characters[byte];
  return text;
}

const tables = new Map<string, readonly string[]>();

function tableOf(name: string): readonly string[] {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const plain = [...CP037];
  const table = Array.from({ length: 256 }, (_, byte) =>
    byte < FIRST ? (CONTROLS[byte] ?? "\ufffd") : (plain[byte - FIRST] ?? "\ufffd"),
  );
  for (const [, byte = "", character = ""] of (DIFFERENCES[name] ?? "").matchAll(/([\da-f]{2})(.)/gu))
    table[Number.parseInt(byte, 16)] = character;
  tables.set(name, table);
  return table;
}
