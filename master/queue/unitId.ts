/**
 * The id of a unit is `job/map/index`. It is made and taken apart here only. Ids of jobs and names of maps have no
 * slash; `RunContext.map` and the ULIDs of jobs see to that.
 */
export function unitId(map: string, index: number): string {
  return `${map}/${index}`;
}

/** `job/map`: names a map among those of all jobs. */
export function mapId(job: string, name: string): string {
  return `${job}/${name}`;
}

/** The `mapId` that a unit belongs to. */
export function mapOf(unit: string): string {
  return unit.slice(0, unit.lastIndexOf("/"));
}

export function mapNameOf({ id, job }: { readonly id: string; readonly job: string }): string {
  return id.slice(job.length + 1, id.lastIndexOf("/"));
}

/** Index of a unit in its map. */
export function indexOf(unit: string): number {
  return Number(unit.slice(unit.lastIndexOf("/") + 1));
}
