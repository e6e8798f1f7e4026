/** The views of the middle column. A new one is its folder and its line here. */
import type { ComponentType } from 'preact';
import type { Shown } from '../state/shown.ts';
import type { Session, TabId } from '../state/types.ts';
import { CompareView } from './compare/view.tsx';
import { PictureView } from './image/view.tsx';
import { LinesView } from './lines/view.tsx';
import { MatrixView } from './matrix/view.tsx';
import { MetricsView } from './metrics/view.tsx';
import { NeuronsView } from './neurons/view.tsx';
import { PositionsView } from './positions/view.tsx';
import { SECTIONS } from './predict/sections.ts';
import { PredictView } from './predict/view.tsx';
import { TextView } from './text/view.tsx';
import { WalkView } from './walk/view.tsx';

export interface View {
  readonly id: TabId;
  readonly label: string;
  /** Whether it has something to show of a run. */
  readonly fits: (session: Session) => boolean;
  readonly view: ComponentType<{ readonly shown: Shown }>;
  /** Whether the key t puts the table of the weights in its place; left out: yes. */
  readonly table?: boolean;
  /** Whether it stays with the map before while a continued text is run: what the user holds in it must not be lost. Left out: no. */
  readonly stays?: boolean;
}

export const VIEWS: readonly View[] = [
  { id: 'picture', label: 'Picture', fits: ({ scene }) => scene !== undefined, view: PictureView },
  { id: 'matrix', label: 'Matrix', fits: () => true, view: MatrixView, table: false },
  { id: 'lines', label: 'Lines', fits: () => true, view: LinesView },
  { id: 'text', label: 'Text', fits: ({ show }) => show.input.kind === 'text', view: TextView },
  { id: 'neurons', label: 'Neurons', fits: ({ opened }) => opened.sites.some((s) => s.qk), view: NeuronsView },
  { id: 'metrics', label: 'Metrics', fits: () => true, view: MetricsView },
  { id: 'positions', label: 'Positions', fits: () => true, view: PositionsView, table: false },
  { id: 'walk', label: 'Walk', fits: () => true, view: WalkView, table: false },
  {
    id: 'predict',
    label: 'Predict',
    fits: (session) => SECTIONS.some((section) => section.fits(session)),
    view: PredictView,
    table: false,
    stays: true,
  },
  { id: 'compare', label: 'Compare', fits: () => true, view: CompareView, table: false },
];
