/** Metrics of two heads and what lies between them. */
import { short } from '../../draw/numbers.ts';
import { METRICS, type Values } from '../../state/measures.ts';

/** @param names what the two are called @param values of the first and the second; shown is second − first */
export function Differences({ names, values: [a, b] }: { names: readonly [string, string]; values: readonly [Values, Values] }) {
  const signed = (value: number) => `${value > 0 ? '+' : ''}${short(value)}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table-scroll" tabIndex={0} aria-label="Metrics of both">
      <table class="metrics-table">
        <thead>
          <tr>
            <th scope="col">metric</th>
            <th scope="col">{names[0]}</th>
            <th scope="col">{names[1]}</th>
            <th scope="col">difference</th>
          </tr>
        </thead>
        <tbody>
          {METRICS.filter((m) => Number.isFinite(a[m.id]) && Number.isFinite(b[m.id])).map((m) => (
            <tr key={m.id}>
              <th scope="row" title={m.title}>
                {m.name}
              </th>
              <td class="number">{m.show(a[m.id]!)}</td>
              <td class="number">{m.show(b[m.id]!)}</td>
              <td class="number">{signed(b[m.id]! - a[m.id]!)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
