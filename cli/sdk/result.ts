import type { FileView } from "../../shared/contract/jobs.ts";
import { AppError } from "../../shared/errors.ts";
import type { CallOptions } from "./calls.ts";
import type { MasterHttp } from "./http.ts";

/** Reads the result of a file. @throws CodedError the file's own `code` when it has no result */
export interface ResultReaders {
  stream(options?: CallOptions): Promise<ReadableStream<Uint8Array>>;
  arrayBuffer(options?: CallOptions): Promise<ArrayBuffer>;
  text(options?: CallOptions): Promise<string>;
  json(options?: CallOptions): Promise<unknown>;
}

/** A file of a job, with its result. */
export type JobFile = FileView & ResultReaders;

export function jobFile(http: MasterHttp, view: FileView): JobFile {
  const call = ({ signal }: CallOptions = {}) => ({ path: urlOf(view), signal });
  const arrayBuffer = async (options?: CallOptions) => (await http.bytes(call(options))).buffer;
  const text = async (options?: CallOptions) => new TextDecoder().decode(await arrayBuffer(options));
  return {
    ...view,
    stream: async (options) => await download(http, call(options)),
    arrayBuffer,
    text,
    json: async (options) => JSON.parse(await text(options)),
  };
}

/** The bytes of a result by its `url`. The caller must read or cancel the stream. */
export async function download(
  http: MasterHttp,
  call: CallOptions & { readonly path: string },
): Promise<ReadableStream<Uint8Array>> {
  const { body } = await http.stream(call);
  return body ?? new Blob([]).stream();
}

function urlOf({ url, filename, state, code, error }: FileView): string {
  if (url !== undefined) return url;
  const reason = error ?? `It is ${state}.`;
  throw new AppError("no_file_done", `${filename} has no result: ${reason}`, {
    status: 422,
    details: { code },
  });
}
