import type { AnnotationPrototype, Internals } from "./internals.ts";

/**
 * Makes the engine read values of fields that are streams (ISO 32000-1, 12.7.3.3), and the text of what a page shows of
 * signatures, push buttons and stamps, which is in their appearance alone.
 */
export function installFields({ BaseStream, StampAnnotation, WidgetAnnotation }: Internals): void {
  const { prototype } = WidgetAnnotation;
  const { _decodeFormValue: decode } = prototype;
  prototype._decodeFormValue = function (this: object, value: unknown): unknown {
    if (!(value instanceof BaseStream)) return decode.call(this, value);
    return decode.call(this, Buffer.from(value.getBytes()).toString("latin1"));
  };
  for (const shown of [prototype, StampAnnotation.prototype]) {
    Object.defineProperty(shown, "hasTextContent", { get: showsText, configurable: true });
  }
}

function showsText(this: AnnotationPrototype): boolean {
  const { fieldType, pushButton, subtype } = this.data;
  const isShown = fieldType === "Sig" || pushButton === true || subtype === "Stamp";
  return isShown && this.appearance !== null;
}
