/** Ligatures, presentation forms and special spaces, as plain text has them. */
const COMPATIBLE = /[\u00a0\u00b5\u037e\u2000-\u200a\u202f\u2126\u212a\u212b\ufb00-\ufdff\ufe70-\ufefc]+/g;
/** Characters of control and format, which draw nothing; the soft hyphen, the joiners and Arabic signs of numbers do. */
const NOTHING = /(?![\t\n\f\r\u00ad\u0600-\u0605\u06dd\u200c\u200d])[\p{Cc}\p{Cf}]/gu;
/** The ligature of lam and alef, whose letters some writers give in the order of their shapes. */
const TURNED_LAM_ALEF = /^([\u0622\u0623\u0625\u0627])\u0644$/u;

/** Signs as vertical lines have them: brackets, commas, dashes on their side. */
const VERTICAL = /[\ufe10-\ufe19\ufe30-\ufe48]/g;
/** Distance of a sign of ASCII and its wide form, which CJK text has. */
const WIDE = 0xfee0;

const known = new Map<string, string>();
/** Most texts that are kept; a hostile font has endless ones. */
const MOST = 20_000;

/** Readable text of a glyph. A glyph that stands for several letters keeps their order. */
export function glyphText(raw: string): string {
  const found = known.get(raw);
  if (found !== undefined) return found;
  const text = raw
    .replace(NOTHING, "")
    .replace(COMPATIBLE, decomposed)
    .replace(VERTICAL, upright)
    .replace(TURNED_LAM_ALEF, "\u0644$1")
    .replace(/\s+/g, " ");
  if (known.size >= MOST) known.clear();
  known.set(raw, text);
  return text;
}

/** A mark that stands alone has a space in its compatibility form, which is no part of the text. */
function decomposed(forms: string): string {
  return forms.normalize("NFKC").replace(/ (?=\p{M})/gu, "");
}

function upright(form: string): string {
  const plain = form.normalize("NFKC");
  return /^[!-~]$/.test(plain) ? String.fromCharCode(plain.charCodeAt(0) + WIDE) : plain;
}
