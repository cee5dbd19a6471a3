import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface SectionProps {
  readonly title: string;
  /** Said beside the title: how many, of how many. */
  readonly note?: string | undefined;
  readonly children: ComponentChildren;
}

export function Section({ title, note, children }: SectionProps) {
  const id = useId();
  return (
    <section class="sect" aria-labelledby={id}>
      <h3 id={id}>
        {title} {note !== undefined && <small class="quiet">{note}</small>}
      </h3>
      {children}
    </section>
  );
}
