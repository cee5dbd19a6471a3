import type { Colours } from "../../../media/picture/colour.ts";
import type { Gray } from "../../../media/picture/luma.ts";
import type { Ground } from "./ground.ts";

/** Differences from the ground that become white and black, 0..255: noise, and what a reader sees. */
const NOISE = 16;
const SEEN = 52;

/**
 * Draws a page anew as black on white: each pixel by its difference in colour from its ground. Light text on dark, text
 * that is as bright as its ground, and faint text beside black become alike.
 * @param reduced the page that `ground` was found on
 */
export function levelled(page: Colours, reduced: Colours, ground: Ground): Gray {
  const { width, height, channels, data } = page;
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor((x * ground.width) / width));
  const drawn = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * ground.height) / height) * ground.width;
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const under = (ground.nearest[row + (columns[x] as number)] as number) * channels;
      let most = 0;
      for (let channel = 0; channel < channels; channel++) {
        const own = data[at * channels + channel] as number;
        most = Math.max(most, Math.abs(own - (reduced.data[under + channel] as number)));
      }
      drawn[at] = SHADES[most] as number;
    }
  }
  return { width, height, pages: 1, channels: 1, data: drawn };
}

/** Gray of each difference. */
const SHADES = Uint8Array.from({ length: 256 }, (_, value) =>
  Math.round(255 - 255 * Math.min(1, Math.max(0, (value - NOISE) / (SEEN - NOISE)))),
);
