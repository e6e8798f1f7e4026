/** The second tab: what differs beside the weights. */
import { shortType } from '../../model/explore/types.ts';
import type { Change, Side, Structure, TensorFacts } from '../../model/protocol/diff.ts';
import { shortSize } from '../../model/sizes.ts';
import { useDiff } from './context.ts';

export function StructureView({ structure }: { structure: Structure }) {
  const { base, other, facts, config, ports, operators, onlyBase, onlyOther, leftOut } = structure;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="diff-structure" tabIndex={0} aria-label="Structure">
      <Table title="Files" changes={sides(base, other)} none="" />
      <Table title="Configuration" changes={config} none="Both configurations say the same, or there is none." />
      <Table title="Facts" changes={facts} none="" />
      <Table title="Inputs and outputs" changes={ports} none="" />
      <Table title="Operators, by number of nodes" changes={operators} none="" />
      <Only title="Tensors that only the base has" tensors={onlyBase} side="base" />
      <Only title="Tensors that only the other has" tensors={onlyOther} side="other" />
      {leftOut > 0 && (
        <p class="note">
          {leftOut.toLocaleString('en')} constants, indices, scales and zero points of both are no weights and were not compared by
          themselves.
        </p>
      )}
    </section>
  );
}

function sides(base: Side, other: Side): Change[] {
  const rows: readonly (readonly [string, (side: Side) => string])[] = [
    ['file', ({ entry }) => entry],
    ['format', ({ format }) => format],
    ['architecture', ({ architecture }) => architecture ?? 'unknown'],
    ['parameters', ({ parameters }) => parameters.toLocaleString('en')],
    ['weights', ({ bytes }) => shortSize(bytes)],
    ['tensors', ({ tensors }) => tensors.toLocaleString('en')],
  ];
  return rows.map(([what, of]) => ({ what, base: of(base), other: of(other) }));
}

function Table({ title, changes, none }: { title: string; changes: readonly Change[]; none: string }) {
  if (changes.length === 0 && none === '') return null;
  return (
    <section>
      <h2>{title}</h2>
      {changes.length === 0 ? (
        <p class="note">{none}</p>
      ) : (
        <table class="diff-table">
          <thead>
            <tr>
              <th scope="col">what</th>
              <th scope="col">base</th>
              <th scope="col">other</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ what, base, other }) => (
              <tr key={what} class={base === other ? '' : 'differs'}>
                <th scope="row">{what}</th>
                <Cell words={base} />
                <Cell words={other} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const LONG = 200;

function Cell({ words }: { words: string | null }) {
  if (words === null) return <td class="muted">has none</td>;
  return <td title={words.length > LONG ? words.slice(0, 4000) : ''}>{words.length > LONG ? `${words.slice(0, LONG)}…` : words}</td>;
}

/** Rows of a list before the rest is only counted. */
const SHOWN = 400;

function Only({ title, tensors, side }: { title: string; tensors: readonly TensorFacts[]; side: 'base' | 'other' }) {
  const { host } = useDiff();
  if (tensors.length === 0) return null;
  return (
    <section>
      <h2>
        {title} ({tensors.length.toLocaleString('en')})
      </h2>
      <ul class="only">
        {tensors.slice(0, SHOWN).map(({ name, dtype, shape }) => (
          <li key={name}>
            <button type="button" class="plain link" onClick={() => void host.request('openTensor', { side, name })}>
              {name}
            </button>
            <span class="number muted">
              {shortType(dtype)} {shape.join(' × ')}
            </span>
          </li>
        ))}
      </ul>
      {tensors.length > SHOWN && <p class="note">and {(tensors.length - SHOWN).toLocaleString('en')} more</p>}
    </section>
  );
}
