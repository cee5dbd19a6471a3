import { AppError, isErrno } from "../../../shared/errors.ts";

/** The SDK, an optional package. Only a master with STORE_URL loads it. */
export type S3Library = typeof import("@aws-sdk/client-s3");

/** @throws AppError `driver_missing` */
export async function loadLibrary(): Promise<S3Library> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (error) {
    if (!isErrno(error, "ERR_MODULE_NOT_FOUND")) throw error;
    throw new AppError(
      "driver_missing",
      "STORE_URL needs the package @aws-sdk/client-s3, which is not installed. Install it with: npm install @aws-sdk/client-s3",
      { cause: error },
    );
  }
}
