import { AppError, isErrno } from "../../../shared/errors.ts";

/** The SDK, an optional package. Only a master with STORE_URL loads it. */
export type S3Library = typeof import("@aws-sdk/client-s3");

/** What signs addresses, an optional package, too. Only a master with RESULTS_REDIRECT loads it. */
export type Presigner = typeof import("@aws-sdk/s3-request-presigner");

/** @throws AppError `driver_missing` */
export async function loadLibrary(): Promise<S3Library> {
  return await import("@aws-sdk/client-s3").catch(missing("STORE_URL", "@aws-sdk/client-s3"));
}

/** @throws AppError `driver_missing` */
export async function loadPresigner(): Promise<Presigner> {
  return await import("@aws-sdk/s3-request-presigner").catch(
    missing("RESULTS_REDIRECT", "@aws-sdk/s3-request-presigner"),
  );
}

function missing(variable: string, name: string): (error: unknown) => never {
  return (error) => {
    if (!isErrno(error, "ERR_MODULE_NOT_FOUND")) throw error;
    const message = `${variable} needs the package ${name}, which is not installed. Install it with: npm install ${name}`;
    throw new AppError("driver_missing", message, { cause: error });
  };
}
