import { AppError, isErrno } from "../../../../shared/errors.ts";

/** The queues, an optional package: only a master that shares its units loads it. */
export type BullLibrary = typeof import("bullmq");

/** @throws AppError `driver_missing` */
export async function loadBull(): Promise<BullLibrary> {
  return await import("bullmq").catch(missing("bullmq"));
}

/** @throws AppError `driver_missing` */
export async function loadRedis(): Promise<typeof import("ioredis").Redis> {
  return (await import("ioredis").catch(missing("ioredis"))).Redis;
}

function missing(name: string): (error: unknown) => never {
  return (error) => {
    if (!isErrno(error, "ERR_MODULE_NOT_FOUND")) throw error;
    const message = `QUEUE_URL needs the package ${name}, which is not installed. Install it with: npm install ${name}`;
    throw new AppError("driver_missing", message, { cause: error });
  };
}
