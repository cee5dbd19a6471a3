import type { Samples } from "./luma.ts";

// Own code: libvips 8.18 refuses TIFFs in 8-bit Lab, and reads 16-bit Lab with the white point of sRGB.

const PHOTOMETRIC = 262;
const CIELAB = 8;
const RGB = 2;
const PROFILE = 34_675;
/** An unused tag that keeps the tags in order. */
const HIDDEN = 34_676;
/** Most directories of a file; a file with more has a cycle. */
const MOST_PAGES = 65_536;

/**
 * Declares pages in CIE Lab (TIFF 6.0, section 23) as RGB, so that a decoder returns their samples unchanged.
 * @returns the changed file; undefined if the first page is not in Lab
 */
export function undeclaredLab(bytes: Buffer): Buffer | undefined {
  const order = bytes.toString("latin1", 0, 4);
  if (order !== "II*\0" && order !== "MM\0*") return undefined;
  const tiff = new Directories(Buffer.from(bytes), order.startsWith("I"));
  return tiff.undeclare() ? tiff.bytes : undefined;
}

class Directories {
  readonly bytes: Buffer;
  readonly #little: boolean;

  constructor(bytes: Buffer, little: boolean) {
    this.bytes = bytes;
    this.#little = little;
  }

  /** Whether the first page was in Lab. */
  undeclare(): boolean {
    let at = this.#long(4);
    let first: boolean | undefined;
    for (let page = 0; at > 0 && page < MOST_PAGES && first !== false; page++) {
      const count = this.#short(at);
      const isLab = this.#undeclarePage(at + 2, count);
      first ??= isLab;
      at = this.#long(at + 2 + count * 12);
    }
    return first === true;
  }

  #undeclarePage(at: number, count: number): boolean {
    const offsets = Array.from({ length: count }, (_, index) => at + index * 12);
    const isLab = (offset: number) =>
      this.#short(offset) === PHOTOMETRIC && this.#short(offset + 8) === CIELAB;
    const photometric = offsets.find(isLab);
    if (photometric === undefined) return false;
    this.#write(photometric + 8, RGB);
    const profile = offsets.find((offset) => this.#short(offset) === PROFILE);
    if (profile !== undefined) this.#write(profile, HIDDEN);
    return true;
  }

  /** Reads a number; 0 beyond the end, as the decoder reports truncated files. */
  #short(at: number): number {
    if (at + 2 > this.bytes.length) return 0;
    return this.#little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  #long(at: number): number {
    if (at + 4 > this.bytes.length) return 0;
    return this.#little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  #write(at: number, value: number): void {
    if (this.#little) this.bytes.writeUInt16LE(value, at);
    else this.bytes.writeUInt16BE(value, at);
  }
}

/** D50, the white of Lab in TIFFs and profiles (ICC.1, annex D); Y is 1. */
const WHITE = { x: 0.9642, z: 0.8249 } as const;
const GAMMA_STEPS = 4_096;

/**
 * CIE Lab as a TIFF stores it (L unsigned 0..100 over the whole range, a and b signed) to 8-bit sRGB, relative
 * to D50 and adapted to D65 by Bradford (matrix of the sRGB profile, IEC 61966-2-1). Alpha is kept.
 */
export function srgbOfLab(lab: Samples, channels: 3 | 4): Uint8Array {
  const shift = lab instanceof Uint16Array ? 8 : 0;
  const full = shift === 8 ? 65_535 : 255;
  const gamma = gammaTable();
  const rgb = new Uint8Array(lab.length);
  for (let at = 0; at + 2 < lab.length; at += channels) {
    const lightness = ((lab[at] as number) / full) * 100;
    const fy = (lightness + 16) / 116;
    const x = WHITE.x * cube(fy + signed(lab[at + 1] as number, shift) / 500);
    const y = cube(fy);
    const z = WHITE.z * cube(fy - signed(lab[at + 2] as number, shift) / 200);
    rgb[at] = encoded(gamma, 3.1338561 * x - 1.6168667 * y - 0.4906146 * z);
    rgb[at + 1] = encoded(gamma, -0.9787684 * x + 1.9161415 * y + 0.033454 * z);
    rgb[at + 2] = encoded(gamma, 0.0719453 * x - 0.2289914 * y + 1.4052427 * z);
    if (channels === 4) rgb[at + 3] = (lab[at + 3] as number) >> shift;
  }
  return rgb;
}

function signed(sample: number, shift: number): number {
  const value = sample / 2 ** shift;
  return value >= 128 ? value - 256 : value;
}

/** CIE 15: the inverse of the cube root, with its linear part near black. */
function cube(f: number): number {
  return f > 6 / 29 ? f ** 3 : (3 * (f - 4 / 29) * 36) / 841;
}

/** Table of sRGB's curve over the square root of the light, which gives dark values more entries. */
function gammaTable(): Uint8Array {
  return Uint8Array.from({ length: GAMMA_STEPS + 1 }, (_, step) => {
    const light = (step / GAMMA_STEPS) ** 2;
    return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
  });
}

function encoded(gamma: Uint8Array, light: number): number {
  const within = Math.min(1, Math.max(0, light));
  return gamma[Math.round(Math.sqrt(within) * GAMMA_STEPS)] as number;
}
