/** The page of a model file: connects the host and the views. */
import './page.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import type { PageHostNotifications, PageHostRequests, PageNotifications } from '../../model/protocol/explorer.ts';
import { watchTheme } from '../colour/theme.ts';
import { connectPage } from '../host.ts';
import { PageApp } from './app.tsx';
import { PageProvider } from './context.ts';
import { createPage } from './state.ts';

const { theme } = watchTheme();
const host = connectPage<PageHostRequests, PageHostNotifications, Record<never, never>, PageNotifications>(
  {},
  {
    changed: () => page.read(),
    reveal: ({ tab, name }) => page.reveal(tab, name),
  },
);
const page = createPage(host);

render(
  <PageProvider value={{ ...page, host, theme }}>
    <PageApp />
  </PageProvider>,
  document.getElementById('root') ?? document.body,
);
effect(() => {
  document.body.dataset.theme = theme.value.kind;
});
host.notify('ready', null);
page.read();
