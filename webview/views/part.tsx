/** Which part of a text beyond the model's length is on view, and the way to the others. */
import type { LongTexts, PartOfText, TextInput } from '../../model/protocol/panel.ts';
import { Dropdown, Icon, IconButton } from '../ui/controls.tsx';
import { usePanel } from './context.ts';

const READS: readonly { readonly value: LongTexts; readonly label: string }[] = [
  { value: 'beginning', label: 'the beginning' },
  { value: 'cursor', label: 'around the cursor' },
  { value: 'follow', label: 'follow the cursor' },
];

export function PartNotice({ notice, part }: { notice: TextInput['notice']; part: PartOfText }) {
  const { store, host } = usePanel();
  const busy = store.phase.value.at === 'working';
  const move = (way: 'next' | 'previous') => void host.request('part', { move: way });
  return (
    <div class="notice part">
      <Icon name="list-flat" />
      <span class="grow">{notice}</span>
      <IconButton label="Part before this one" icon="chevron-up" disabled={part.first || busy} onPress={() => move('previous')} />
      <IconButton label="Part behind this one" icon="chevron-down" disabled={part.last || busy} onPress={() => move('next')} />
      <Dropdown
        label="Which part of a long text is read"
        value={part.reads}
        choices={READS}
        onChoose={(reads) => void host.request('part', { reads })}
      />
    </div>
  );
}
