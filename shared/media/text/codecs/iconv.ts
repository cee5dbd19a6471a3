import iconv from "iconv-lite";

/** The library of code pages, for all readers of text. */
export const { decode, encodingExists, getDecoder } = iconv;
