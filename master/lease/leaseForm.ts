import type FormData from "form-data";
import {
  encodeLeaseFields,
  type LeaseSharedInputs,
  type LeaseStoreInputs,
  type UnitOut,
} from "../../shared/contract/lease.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { UnitFile } from "../../shared/tasks/task.ts";
import type { Lease } from "../queue/port.ts";
import type { ByteStore } from "../store/port.ts";
import { buildForm, type WireFile } from "./form.ts";
import type { Delivery } from "./keptInputs.ts";
import type { LinkedFiles } from "./linkedFiles.ts";

/** Packed files with fewer bytes than this are sent: a link to their pack, made and removed, costs more. */
const LEAST_PACKED = 16 * 1024;

/** The files of a lease, each once, and its units, which name files by their index. */
export interface LeaseContent {
  readonly files: readonly UnitFile[];
  readonly units: readonly UnitOut[];
}

export function contentOf(lease: Lease): LeaseContent {
  const indexes = new Map<string, number>();
  const files: UnitFile[] = [];
  const units = lease.units.map((unit) => ({
    id: unit.id,
    files: unit.files.map((file) => {
      const index = indexes.get(file.key) ?? files.push(file) - 1;
      indexes.set(file.key, index);
      return index;
    }),
    args: unit.args,
    ...(unit.fileBudgets === undefined ? {} : { file_budgets: unit.fileBudgets }),
  }));
  return { files, units };
}

/** How the files of a lease reach its slave; those that none of them names are sent. */
interface Ways {
  readonly linked: LinkedFiles | undefined;
  readonly delivery: Delivery | undefined;
  /** Those that the slave fetches. */
  readonly fetched: LeaseStoreInputs | undefined;
}

/** The form of a lease to a slave of ours. */
export async function leaseForm(
  store: ByteStore,
  { lease, content }: { readonly lease: Lease; readonly content: LeaseContent },
  { linked, delivery, fetched }: Ways,
): Promise<FormData> {
  const [first] = lease.units;
  if (first === undefined) throw new Error("a lease has at least one unit");
  const wire = content.files.map(wireFile);
  const unfetched = fetched === undefined ? wire : wire.filter((_, index) => fetched[index] === undefined);
  const unlinked = linked === undefined ? unfetched : filesToSend(unfetched, linked);
  const files = delivery === undefined ? unlinked : unlinked.filter((file) => !isKept(file, delivery));
  const fields = encodeLeaseFields({
    task_type: first.task,
    step: first.step,
    step_version: first.stepVersion,
    options: first.options,
    units: content.units,
    budgets: first.budgets,
    handover: linked?.field(),
    shared_inputs: delivery && sharedInputs(wire, delivery),
    store_inputs: fetched,
  });
  return await buildForm(store, { fields, fileField: taskNamed(first.task).field, files });
}

/** Links the files that can be linked; answers the others. */
function filesToSend(files: readonly WireFile[], linked: LinkedFiles): WireFile[] {
  const isPacked = ({ ref }: WireFile) => linked.isPacked(ref.key);
  const packed = files.reduce((sum, file) => sum + (isPacked(file) ? file.ref.bytes : 0), 0);
  return files.filter((file, index) => (packed < LEAST_PACKED && isPacked(file)) || !linked.add(index, file));
}

function isKept({ ref }: WireFile, { kept }: Delivery): boolean {
  return kept.has(ref.sha256);
}

function sharedInputs(files: readonly WireFile[], delivery: Delivery): LeaseSharedInputs {
  const entries = files.flatMap((file, index) => {
    const { sha256, bytes } = file.ref;
    const sent = delivery.sent.has(sha256);
    if (!sent && !isKept(file, delivery)) return [];
    return [[String(index), { filename: file.name, bytes, sha256, sent }] as const];
  });
  return Object.fromEntries(entries);
}

function wireFile(ref: UnitFile): WireFile {
  return { ref, name: ref.filename.replace(/\p{Cc}/gu, "_") };
}
