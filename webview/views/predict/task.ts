/** What a run's model predicts, and for which of the run's tokens. */
import { type Task, taskOf } from '../../../model/predictions/task.ts';
import { type Side, sideOf } from '../../state/axis.ts';
import type { Session, Site } from '../../state/types.ts';

const tasks = new WeakMap<Session, { readonly task: Task | null }>();

/** The task of the model that ran, or null where its outputs are none that is known. */
export function taskFor(session: Session): Task | null {
  const known = tasks.get(session);
  if (known) return known.task;
  const { config } = session.opened;
  const causal = session.opened.sites.some((site) => site.causal && (site.kind === 'self' || site.kind === 'decoder'));
  const task = taskOf({ config, outputs: session.run.outputs, causal });
  tasks.set(session, { task });
  return task;
}

/** Whether the model predicts something for each position, of tokens. */
export const foretellsTokens = (session: Session): boolean => {
  const kind = taskFor(session)?.kind;
  return kind === 'next-token' || kind === 'masked-token';
};

/** The tokens that the outputs count in: the decoder's of an encoder–decoder, else those of the only stack. */
export function readSide(session: Session): Side | null {
  const site = outputSite(session);
  return site ? sideOf(session, site, 'queries') : null;
}

/** The site whose queries are the rows of the outputs. */
function outputSite(session: Session): Site | undefined {
  const sites = [...session.sites.values()];
  return sites.find(({ kind }) => kind === 'decoder') ?? sites.find(({ kind }) => kind === 'self' || kind === 'text') ?? sites[0];
}
