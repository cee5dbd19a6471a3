import wavefile from "wavefile";

/** The only module that imports wavefile, which holds a file whole and therefore gets small files only. */

/** The 16-bit values of the 256 codes of A-law or mu-law (ITU-T G.711). */
export function g711Table(law: "alaw" | "mulaw"): Int16Array {
  const wav = new wavefile.WaveFile();
  const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
  wav.fromScratch(1, 8_000, law === "alaw" ? "8a" : "8m", codes);
  if (law === "alaw") wav.fromALaw();
  else wav.fromMuLaw();
  return Int16Array.from(wav.getSamples());
}
