/** A name, a dictionary, a stream, a reference of a PDF; the engine has a class for each. */
export interface PdfName {
  readonly name: string;
}
export interface PdfDict {
  readonly objId?: string | null;
  get(key: string): unknown;
  getRaw(key: string): unknown;
  getArray(key: string): unknown;
}
export interface PdfStream {
  readonly dict: PdfDict | null;
  /** The stream as it is packed, of streams that are. */
  readonly str?: PdfStream;
  getBytes(): Uint8Array;
  peekBytes(length: number): Uint8Array;
  reset(): void;
}
