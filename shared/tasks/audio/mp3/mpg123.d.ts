/** What is used of the optional package, whose own types are not there where it is not installed. */
declare module "mpg123-decoder" {
  export class MPEGDecoder {
    readonly ready: Promise<void>;
    free(): void;
    decode(bytes: Uint8Array): {
      readonly channelData: readonly Float32Array[];
      readonly samplesDecoded: number;
      readonly sampleRate: number;
      readonly errors: readonly object[];
    };
  }
}
