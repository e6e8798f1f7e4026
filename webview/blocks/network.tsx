/** The network as circles and lines: lines as thick as their weights, the neuron of the step lit. */

import type { Network } from './layers.ts';
import { digits } from './words.ts';

const [WIDE, HIGH, RADIUS] = [150, 46, 18];

interface PictureProps {
  readonly result: Network;
  readonly layer: number;
  readonly neuron: number;
  readonly reached: (layer: number, neuron: number) => boolean;
  readonly onNeuron: (layer: number, neuron: number) => void;
}

export function NetworkPicture({ result, layer, neuron, reached, onNeuron }: PictureProps) {
  const { input, layers } = result;
  const columns = [input, ...layers.map(({ answers }) => answers)];
  const most = Math.max(...columns.map((column) => column.length));
  const [width, height] = [(columns.length - 1) * WIDE + 4 * RADIUS, most * HIGH];
  const x = (column: number) => 2 * RADIUS + column * WIDE;
  const y = (column: number, row: number) => height / 2 + (row - (columns[column]!.length - 1) / 2) * HIGH;
  const largest = Math.max(1e-9, ...layers.flatMap(({ weights }) => weights.flat().map(Math.abs)));
  const words = `A network of ${columns.map((column) => column.length).join(', ')} neurons; lines are weights, dashed where negative.`;
  return (
    <svg class="network" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={words} width={width} height={height}>
      {layers.map(({ weights }, l) =>
        weights.map((row, to) =>
          row.map((weight, from) => (
            <line
              key={`${l}/${to}/${from}`}
              class={l === layer && to === neuron ? 'lit' : ''}
              x1={x(l) + RADIUS}
              y1={y(l, from)}
              x2={x(l + 1) - RADIUS}
              y2={y(l + 1, to)}
              stroke-width={0.5 + (3 * Math.abs(weight)) / largest}
              stroke-dasharray={weight < 0 ? '5 4' : undefined}
            >
              <title>{`weight ${digits(weight)}`}</title>
            </line>
          )),
        ),
      )}
      {columns.map((column, l) =>
        column.map((value, row) => {
          const lit = l === layer + 1 && row === neuron;
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the pointer; keys and the slider reach every neuron
            <g key={`${l}/${row}`} class={lit ? 'neuron lit' : 'neuron'} onClick={() => l > 0 && onNeuron(l - 1, row)}>
              <circle cx={x(l)} cy={y(l, row)} r={RADIUS} />
              <text x={x(l)} y={y(l, row) + 4}>
                {l === 0 || reached(l - 1, row) ? digits(value) : '·'}
              </text>
            </g>
          );
        }),
      )}
    </svg>
  );
}
