import { computed, signal } from "@preact/signals";

/** A file that the user chose, with its folders. */
export interface Picked {
  readonly path: string;
  readonly file: File;
}

/** Chosen files; they stay while the user looks at another view. */
export const picked = signal<readonly Picked[]>([]);
export const pickedBytes = computed(() => picked.value.reduce((total, { file }) => total + file.size, 0));

/** Adds files; a later one of the same path takes the place of the earlier. */
export function addPicked(files: readonly Picked[]): void {
  const byPath = new Map(picked.value.map((one) => [one.path, one]));
  for (const one of files) byPath.set(one.path, one);
  picked.value = [...byPath.values()];
}

export function removePicked(leftOut: ReadonlySet<string>): void {
  picked.value = picked.value.filter(({ path }) => !leftOut.has(path));
}

export function fromList(list: FileList | null): readonly Picked[] {
  return [...(list ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** Files of a drop; folders are read to the last file. */
export async function fromDrop(data: DataTransfer): Promise<readonly Picked[]> {
  // Entries must be taken at once: the browser empties the list after the event.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return fromList(data.files);
  const found = await Promise.all(entries.map((entry) => (entry === null ? [] : filesBelow(entry))));
  return found.flat();
}

async function filesBelow(entry: FileSystemEntry): Promise<readonly Picked[]> {
  if (entry instanceof FileSystemFileEntry || entry.isFile) return [await fileOf(entry)];
  const found: Picked[] = [];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a hundred entries at a time, and none at the end.
  for (let batch = await entriesOf(reader); batch.length > 0; batch = await entriesOf(reader))
    for (const child of batch) found.push(...(await filesBelow(child)));
  return found;
}

async function fileOf(entry: FileSystemEntry): Promise<Picked> {
  const file = await new Promise<File>((resolve, reject) =>
    (entry as FileSystemFileEntry).file(resolve, reject),
  );
  return { file, path: entry.fullPath.replace(/^\//, "") || file.name };
}

function entriesOf(reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

/** Files of a paste; pasted text becomes a file of its own. */
export function fromPaste(data: DataTransfer): readonly Picked[] {
  const files = fromList(data.files);
  const text = data.getData("text/plain");
  if (files.length > 0 || text === "") return files;
  const name = `pasted-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.txt`;
  return [{ path: name, file: new File([text], name, { type: "text/plain" }) }];
}
