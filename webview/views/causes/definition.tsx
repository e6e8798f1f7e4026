/** What a number is, one click away. */
import type { ComponentChildren } from 'preact';

export function Definition({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <details class="definition">
      <summary>{title}</summary>
      <div class="note">{children}</div>
    </details>
  );
}
