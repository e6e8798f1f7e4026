/** The page that compares two models: connects the host and the views. */
import './diff.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import type { DiffHostNotifications, DiffHostRequests, DiffNotifications } from '../../model/protocol/diff.ts';
import { watchTheme } from '../colour/theme.ts';
import { connectPage } from '../host.ts';
import { DiffApp } from './app.tsx';
import { DiffProvider } from './context.ts';
import { createDiff } from './state.ts';

const { theme } = watchTheme();
const host = connectPage<DiffHostRequests, DiffHostNotifications, Record<never, never>, DiffNotifications>(
  {},
  { changed: () => diff.read() },
);
const diff = createDiff(host);

render(
  <DiffProvider value={{ ...diff, host }}>
    <DiffApp />
  </DiffProvider>,
  document.getElementById('root') ?? document.body,
);
effect(() => {
  document.body.dataset['theme'] = theme.value.kind;
});
host.notify('ready', null);
diff.read();
