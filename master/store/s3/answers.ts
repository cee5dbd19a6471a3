/** What the store reads of an answer to GetObject. */
export interface GetAnswer {
  readonly Body?: unknown;
  readonly ContentLength?: number | undefined;
  readonly ContentRange?: string | undefined;
}

/** What it reads of one to HeadObject. */
export interface HeadAnswer {
  readonly ContentLength?: number | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

/** What it reads of one to ListObjects. */
export interface ListPage {
  readonly Contents?: { readonly Key?: string | undefined; readonly Size?: number | undefined }[] | undefined;
  readonly CommonPrefixes?: { readonly Prefix?: string | undefined }[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly NextMarker?: string | undefined;
}

/** Where the next page begins: some servers say it only for lists of heads. */
export function lastOf({ NextMarker, Contents = [], CommonPrefixes = [] }: ListPage): string | undefined {
  return NextMarker ?? [Contents.at(-1)?.Key ?? "", CommonPrefixes.at(-1)?.Prefix ?? ""].sort().at(-1);
}
