/** The picture as PNG, in its own size in pixels. The library is loaded when the first picture is drawn. */
export async function pngOf(svg: string): Promise<Buffer> {
  const { sharp } = await import("../../shared/media/picture/sharp.ts");
  return await sharp(Buffer.from(svg)).png({ compressionLevel: 9 }).toBuffer();
}
