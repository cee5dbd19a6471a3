interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
  /** Number of hits, for all readers; empty while nothing is sought. */
  readonly said: string;
}

export function Search({ label, value, onInput, said }: SearchProps) {
  return (
    <div class="seek">
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <span class="quiet small" role="status">
        {said}
      </span>
    </div>
  );
}
