import { expect, test } from "vitest";
import { ComplexFft } from "./fft.ts";

test.each([2, 4, 8, 16, 32, 128])("the transform of %d numbers is that of the definition", (length) => {
  const fft = new ComplexFft(length);
  const real = Float64Array.from({ length }, (_, i) => Math.sin(i * i) + i / length);
  const imaginary = Float64Array.from({ length }, (_, i) => Math.cos(3 * i));
  for (let again = 0; again < 2; again += 1) {
    fft.input.real.set(real);
    fft.input.imaginary.set(imaginary);
    const found = fft.transform();
    for (let k = 0; k < length; k += 1) {
      const terms = Array.from({ length }, (_, i) => {
        const angle = (-2 * Math.PI * i * k) / length;
        const [x, y, c, s] = [real[i] ?? 0, imaginary[i] ?? 0, Math.cos(angle), Math.sin(angle)];
        return [x * c - y * s, x * s + y * c] as const;
      });
      expect(found.real[k]).toBeCloseTo(
        terms.reduce((sum, [x]) => sum + x, 0),
        10,
      );
      expect(found.imaginary[k]).toBeCloseTo(
        terms.reduce((sum, [, y]) => sum + y, 0),
        10,
      );
    }
  }
});
