/** The second tab: every tensor of the file, and of the chosen one its numbers. */
import { useMemo, useState } from 'preact/hooks';
import { shortType } from '../../../model/explore/types.ts';
import type { PageFacts } from '../../../model/protocol/explorer.ts';
import { Dropdown, IconButton, TextField } from '../../ui/controls.tsx';
import { usePage } from '../context.ts';
import { typesOf } from '../overview/words.ts';
import { TensorDetail } from './detail.tsx';
import { TensorList } from './list.tsx';
import { type Asked, chosenRows, type Order } from './rows.ts';

const ORDERS: readonly { readonly value: Order; readonly label: string }[] = [
  { value: 'file', label: 'order of the file' },
  { value: 'name', label: 'name' },
  { value: 'type', label: 'type' },
  { value: 'shape', label: 'shape' },
  { value: 'size', label: 'size' },
];

export function TensorsView({ facts }: { facts: PageFacts }) {
  const { tensor } = usePage();
  const [asked, setAsked] = useState<Asked>({ words: '', dtype: '', order: 'file', down: false });
  const rows = useMemo(() => chosenRows(facts.tensors, asked), [facts.tensors, asked]);
  const open = facts.tensors.find(({ name }) => name === tensor.value) ?? null;
  return (
    <div class="tensors">
      <section class="tensor-list" aria-label="Tensors">
        <Filters facts={facts} asked={asked} onAsk={setAsked} />
        <p class="note" aria-live="polite">
          {rows.length === facts.tensors.length ? '' : `${rows.length.toLocaleString('en')} of `}
          {facts.tensors.length.toLocaleString('en')} tensors
        </p>
        <TensorList
          rows={rows}
          chosen={open}
          onChoose={(row) => {
            tensor.value = row.name;
          }}
        />
      </section>
      {open ? (
        <TensorDetail key={open.name} row={open} />
      ) : (
        <p class="empty">Choose a tensor: its statistics, a histogram and a picture of its numbers.</p>
      )}
    </div>
  );
}

function Filters({ facts, asked, onAsk }: { facts: PageFacts; asked: Asked; onAsk: (asked: Asked) => void }) {
  const types = useMemo(() => typesOf(facts.tensors).map(({ dtype }) => ({ value: dtype, label: shortType(dtype) })), [facts.tensors]);
  return (
    <div class="row-tools filters">
      <TextField
        label="Search tensors by name, type, shape or number of values"
        placeholder="name, 768×768, >1M"
        value={asked.words}
        onInput={(words) => onAsk({ ...asked, words })}
      />
      {types.length > 1 && (
        <Dropdown
          label="Element type"
          value={asked.dtype}
          choices={[{ value: '', label: 'all types' }, ...types]}
          onChoose={(dtype) => onAsk({ ...asked, dtype })}
        />
      )}
      <Dropdown
        label="Order"
        value={asked.order}
        choices={ORDERS}
        onChoose={(order) => onAsk({ ...asked, order, down: order === 'size' })}
      />
      <IconButton
        label={asked.down ? 'Order: falling' : 'Order: rising'}
        icon={asked.down ? 'arrow-down' : 'arrow-up'}
        onPress={() => onAsk({ ...asked, down: !asked.down })}
      />
    </div>
  );
}
