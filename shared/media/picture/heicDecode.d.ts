/** What is used of the optional package, whose own types are not there where it is not installed. */
declare module "heic-decode" {
  interface HeicPicture {
    readonly width: number;
    readonly height: number;
    decode(): Promise<{ readonly data: Uint8ClampedArray }>;
  }
  type HeicPictures = readonly HeicPicture[] & { dispose(): void };
  export function all(file: { readonly buffer: Uint8Array }): Promise<HeicPictures>;
}
