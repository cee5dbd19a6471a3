/** Texts about a recording. */
export interface Comments {
  readonly texts: Readonly<Record<string, string>>;
  /** Speakers, `dwChannelMask`; 0 if they are not named. */
  readonly channelMask: number;
}

const MOST_COMMENTS = 500;
const LONGEST_TEXT = 16_384;

/** Names of fields of Vorbis comments in tag editors; other fields keep their names, in lower case. */
const NAMES: Readonly<Record<string, string>> = {
  tracknumber: "track",
  organization: "publisher",
  description: "comment",
  encoder: "software",
};

/** Reads the fields of a Vorbis comment: the name of the encoder's maker, then `NAME=text`, lengths in 32 bits. */
export function readComments(bytes: Buffer): Comments {
  const texts = new Map<string, string>();
  let mask = 0;
  for (const field of fieldsOf(bytes)) {
    const equals = field.indexOf("=");
    if (equals <= 0) continue;
    const name = field.slice(0, equals).toLowerCase();
    const value = field
      .slice(equals + 1)
      .replace(/[^\P{C}\t\r\n]/gu, "")
      .trim();
    if (name === "waveformatextensible_channel_mask") mask = Number(value) || 0;
    // A picture is no text.
    else if (name !== "metadata_block_picture" && value !== "") append(texts, NAMES[name] ?? name, value);
  }
  return {
    texts: Object.fromEntries(texts),
    channelMask: Number.isInteger(mask) && mask < 2 ** 18 ? mask : 0,
  };
}

/** A field that is there more than once has several values. */
function append(texts: Map<string, string>, name: string, value: string): void {
  const before = texts.get(name);
  texts.set(name, (before === undefined ? value : `${before}; ${value}`).slice(0, LONGEST_TEXT));
}

function fieldsOf(bytes: Buffer): string[] {
  const fields: string[] = [];
  if (bytes.length < 8) return fields;
  let at = 4 + bytes.readUInt32LE(0) + 4;
  for (let left = MOST_COMMENTS; left > 0 && at + 4 <= bytes.length; left -= 1) {
    const length = bytes.readUInt32LE(at);
    if (at + 4 + length > bytes.length) break;
    fields.push(bytes.toString("utf8", at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
}
