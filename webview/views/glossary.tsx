/** All words of the glossary, behind a button of the panel's first line. */
import { useSignal } from '@preact/signals';
import { GLOSSARY, type GlossaryEntry } from '../../model/glossary.ts';
import { Icon, TextField } from '../ui/controls.tsx';
import { Popover } from '../ui/popover.tsx';
import { Meaning } from '../ui/term.tsx';

export function Glossary() {
  const words = useSignal('');
  const entries: readonly GlossaryEntry[] = Object.values(GLOSSARY);
  const wanted = words.value.trim().toLowerCase();
  const found = entries.filter(({ name, words }) => `${name} ${words}`.toLowerCase().includes(wanted));
  return (
    <Popover label="Glossary" title="Glossary: what the words mean" class="icon-button" face={<Icon name="book" />}>
      {() => (
        <div class="glossary">
          <TextField
            label="Find a word"
            placeholder="find a word"
            value={words.value}
            onInput={(text) => {
              words.value = text;
            }}
          />
          <ul aria-label="Words">
            {found.map((entry) => (
              <li key={entry.name}>
                <Meaning entry={entry} />
              </li>
            ))}
          </ul>
          {found.length === 0 && <p class="note">No word like that.</p>}
        </div>
      )}
    </Popover>
  );
}
