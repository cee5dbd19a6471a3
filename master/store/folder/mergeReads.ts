/** Most bytes between two pieces that are read together; they are read for nothing. */
const GAP = 16 * 1024;
/** Most bytes in one read of several pieces. */
const MAX_BYTES = 1024 * 1024;

interface PendingRead {
  readonly offset: number;
  readonly length: number;
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads from a file; answers fewer bytes than asked for only at its end. */
type Read = (offset: number, length: number) => Promise<Buffer>;

/**
 * Makes one read of those that are asked for in the same turn and lie close together: objects that came together are
 * mostly read together, and a read costs more than its few bytes. No `Batcher`, as no read waits for one under way.
 */
export function mergeReads(read: Read): Read {
  let waiting: PendingRead[] = [];
  const readAll = () => {
    const runs = runsOf(waiting);
    waiting = [];
    for (const run of runs) void readRun(read, run);
  };
  return (offset, length) =>
    new Promise((resolve, reject) => {
      // After all code that is ready to run now, so that its reads are among them.
      if (waiting.length === 0) process.nextTick(readAll);
      waiting.push({ offset, length, resolve, reject });
    });
}

function runsOf(pieces: readonly PendingRead[]): PendingRead[][] {
  const runs: PendingRead[][] = [];
  let run: PendingRead[] = [];
  let start = 0;
  let end = 0;
  for (const piece of pieces.toSorted((a, b) => a.offset - b.offset)) {
    const far = piece.offset - end > GAP || piece.offset + piece.length - start > MAX_BYTES;
    if (run.length === 0 || far) {
      run = [];
      runs.push(run);
      start = piece.offset;
      end = start;
    }
    run.push(piece);
    end = Math.max(end, piece.offset + piece.length);
  }
  return runs;
}

async function readRun(read: Read, run: readonly PendingRead[]): Promise<void> {
  const start = run[0]?.offset ?? 0;
  const end = Math.max(...run.map(({ offset, length }) => offset + length));
  try {
    const bytes = await read(start, end - start);
    for (const { offset, length, resolve } of run) {
      const piece = bytes.subarray(offset - start, offset - start + length);
      // A copy, so that a caller that keeps one piece does not keep all of them.
      resolve(run.length === 1 ? piece : Buffer.from(piece));
    }
  } catch (error) {
    for (const { reject } of run) reject(error);
  }
}
