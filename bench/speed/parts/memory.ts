import { requireDone, type Sent, small, upload } from "../client.ts";
import { children, descriptors, memory as memoryOf, watchMost } from "../meter.ts";
import { atMost, type BenchPart, type Measure, stated } from "../part.ts";
import { recording } from "../samples.ts";
import { type BenchFleet, withFleet } from "../start.ts";

const MIB = 2 ** 20;

/** Measures the memory and descriptors of a master for one large job. */
export const memory: BenchPart = {
  name: "memory",
  run: async (scale) => {
    const wav = await recording(20 * MIB);
    const count = scale(100);
    const recordings = { task: "audio", field: "audio_files", files: repeated(wav, count) };
    const files = scale(10_000);
    const texts = { task: "nothing", field: "files", files: small(files) };
    return [
      ...(await withFleet({ slots: 2 }, (running) =>
        watched(running, `${count} WAVs of 20 MiB`, async () =>
          requireDone(await upload(running.url, recordings), count),
        ),
      )),
      ...(await withFleet({ slots: 2 }, (running) =>
        watched(running, `${files} files`, async () => requireDone(await upload(running.url, texts), files)),
      )),
    ];
  },
};

async function watched(running: BenchFleet, name: string, work: () => Promise<unknown>): Promise<Measure[]> {
  const { masterPid, slavePid } = running;
  const idle = memoryOf(masterPid).resident;
  const mostOpen = watchMost(() => descriptors(masterPid));
  await work();
  const open = mostOpen();
  const over = (memoryOf(masterPid).peak - idle) / MIB;
  const child = Math.max(0, ...children(slavePid).map((pid) => memoryOf(pid).peak / MIB));
  return [
    atMost(
      `${name}: master's peak over idle, MiB`,
      Math.round(over),
      64,
      `idle: ${Math.round(idle / MIB)} MiB`,
    ),
    atMost(`${name}: master's descriptors`, open, 256),
    stated(`${name}: slave's peak, MiB`, Math.round(memoryOf(slavePid).peak / MIB)),
    stated(`${name}: a child's peak, MiB`, Math.round(child)),
  ];
}

function* repeated(body: Uint8Array, count: number): Generator<Sent> {
  for (let index = 0; index < count; index += 1) yield { name: `recording-${index}.wav`, body };
}
