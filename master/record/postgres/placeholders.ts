/** SQL with `$1`, `$2`, ... in place of each `?`. */
export function numbered(sql: string): string {
  let number = 0;
  return sql.replaceAll("?", () => {
    number += 1;
    return `$${number}`;
  });
}
