interface SearchFieldProps {
  readonly value: string;
  readonly onSearch: (q: string) => void;
  readonly label?: string;
}

/** A query is sent by Enter; `/` brings the focus here. */
export function SearchField({ value, onSearch, label = "Search jobs" }: SearchFieldProps) {
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(String(new FormData(event.currentTarget).get("q") ?? "").trim());
      }}
    >
      <input
        type="search"
        name="q"
        aria-label={label}
        placeholder="file: state: slave: ..."
        defaultValue={value}
        key={value}
        title="words, &quot;quoted words&quot;, file: state: task: slave: code: client: since:2h, - to exclude"
        onInput={(event) => event.currentTarget.value === "" && value !== "" && onSearch("")}
      />
    </form>
  );
}
