import { requireDone, type Sent, small, upload } from "../client.ts";
import { atMost, type BenchPart, type Measure, median, quantile, stated } from "../part.ts";
import { type BenchFleet, spent, total, withFleet } from "../start.ts";

/** Rounds of each kind, and files of a round. */
const SMALL = { rounds: 40, files: 1_000, bytes: 1024 };
const LARGE = { rounds: 20, files: 6, bytes: 8 * 2 ** 20 };
const WARM_UP = 3;

/** The same work at a slave that the master connects to, and at one that connects out: rounds in turns, both are up. */
export const ways: BenchPart = {
  name: "ways",
  run: (scale) =>
    withWay("direct", (direct) =>
      withWay("out", async (out) => {
        const both = { direct, out };
        return [
          ...(await compared("files of 1 KB", both, { ...SMALL, rounds: scale(SMALL.rounds) })),
          ...(await compared("files of 8 MiB", both, { ...LARGE, rounds: scale(LARGE.rounds) })),
        ];
      }),
    ),
};

function withWay<T>(way: "direct" | "out", work: (running: BenchFleet) => Promise<T>): Promise<T> {
  return withFleet({ slots: 2, env: { SLAVE_CONNECT: way } }, work);
}

interface Rounds {
  readonly rounds: number;
  readonly files: number;
  readonly bytes: number;
}

async function compared(
  about: string,
  { direct, out }: { readonly direct: BenchFleet; readonly out: BenchFleet },
  { rounds, files, bytes }: Rounds,
): Promise<Measure[]> {
  const made = (): Iterable<Sent> => small(files, bytes);
  const send = async (running: BenchFleet) => {
    const cost = await spent(running, async () =>
      requireDone(await upload(running.url, { task: "nothing", field: "files", files: made() }), files),
    );
    return { wall: cost.wall, cpu: total(cost) };
  };
  for (let round = 0; round < WARM_UP; round += 1) for (const one of [direct, out]) await send(one);
  const walls: number[] = [];
  const cpus: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isFirst = round % 2 === 0;
    const before = await send(isFirst ? direct : out);
    const after = await send(isFirst ? out : direct);
    const [one, other] = isFirst ? [before, after] : [after, before];
    walls.push(other.wall / one.wall);
    cpus.push(other.cpu / one.cpu);
  }
  const spread = `middle half ${rounded(quantile(walls, 0.25))} to ${rounded(quantile(walls, 0.75))} of ${rounds} rounds`;
  return [
    atMost(`${about}: time of a slave that connects out, over direct`, rounded(median(walls)), 1.05, spread),
    stated(`${about}: CPU time of all processes, over direct`, rounded(median(cpus))),
  ];
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
