/** A bar that is as long as its share of the whole; decoration beside a number. */
export const Share = ({ of }: { of: number }) => (
  <span class="share" aria-hidden="true">
    <span style={{ width: `${Math.max(0, Math.min(1, of)) * 100}%` }} />
  </span>
);
