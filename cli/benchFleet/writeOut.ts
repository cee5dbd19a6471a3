import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/errors.ts";
import { pngOf } from "../plot/png.ts";
import { type SvgPicture, svgFile } from "../plot/svg.ts";
import { busyPerSlot, numberBusyOverTime } from "./figures.ts";
import { type MeasuredRun, profileCsv, throughputCsv } from "./measuredRun.ts";
import { throughputByCallers } from "./throughputFigure.ts";

/** @throws AppError `cannot_save` */
export async function madeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw cannotWrite(folder, cause);
  });
}

/**
 * Writes the tables and pictures of the runs; files of the same names are replaced.
 * @param what what was called, for the heads of the pictures
 * @returns the names of the files
 * @throws AppError `cannot_save`
 */
export async function writeOut(
  folder: string,
  runs: readonly MeasuredRun[],
  what: string,
): Promise<readonly string[]> {
  const files: Record<string, string | Buffer> = {
    "throughput.csv": throughputCsv(runs),
    "profile.csv": [...profileCsv(runs)].join(""),
  };
  const pictures: Readonly<Record<string, SvgPicture>> = {
    "busy-per-slot": busyPerSlot(runs, what),
    "number-busy": numberBusyOverTime(runs, what),
    throughput: throughputByCallers(runs, what),
  };
  for (const [name, picture] of Object.entries(pictures)) {
    const svg = svgFile(picture);
    files[`${name}.svg`] = svg;
    files[`${name}.png`] = await pngOf(svg);
  }
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), content).catch((cause: unknown) => {
      throw cannotWrite(folder, cause);
    });
  return Object.keys(files);
}

function cannotWrite(folder: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new AppError("cannot_save", `The files of the bench cannot be written to ${folder}${reason}`, {
    cause,
  });
}
