/** Names that a function finds wherever it runs. */
const LANGUAGE = `Object Function Array Number Boolean String Symbol BigInt Date Promise RegExp Error AggregateError EvalError
RangeError ReferenceError SyntaxError TypeError URIError JSON Math Map Set WeakMap WeakSet WeakRef
FinalizationRegistry Proxy Reflect ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array
Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array Iterator undefined NaN Infinity globalThis
eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape
console arguments`;

/** Names that Node has beside them. */
const NODE = `Intl process Buffer SharedArrayBuffer Atomics WebAssembly fetch Headers Request Response FormData Blob URL
URLSearchParams TextEncoder TextDecoder AbortController AbortSignal Event EventTarget MessageChannel crypto performance
structuredClone queueMicrotask setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate atob btoa
ReadableStream WritableStream TransformStream CompressionStream DecompressionStream global`;

export function globalsOf(mode: "sandbox" | "trusted"): ReadonlySet<string> {
  return new Set((mode === "sandbox" ? LANGUAGE : `${LANGUAGE} ${NODE}`).split(/\s+/));
}
