interface PagesProps {
  /** Index of the page that is shown. */
  readonly at: number;
  readonly total: number;
  readonly onChange: (at: number) => void;
  /** What is stepped through. */
  readonly what?: string | undefined;
}

/** Steps through pages; nothing for a single one. */
export function Pages({ at, total, onChange, what = "page" }: PagesProps) {
  if (total < 2) return null;
  return (
    <nav class="pager" aria-label="Pages">
      <button
        type="button"
        class="small"
        disabled={at === 0}
        onClick={() => onChange(at - 1)}
        aria-label="Previous page"
      >
        ‹
      </button>
      <span>
        {what} {at + 1} of {total.toLocaleString("en")}
      </span>
      <button
        type="button"
        class="small"
        disabled={at === total - 1}
        onClick={() => onChange(at + 1)}
        aria-label="Next page"
      >
        ›
      </button>
    </nav>
  );
}
