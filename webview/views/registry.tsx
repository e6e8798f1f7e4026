/** The views of the middle column. A new one is its folder and its line here. */
import type { ComponentType } from 'preact';
import type { Shown } from '../state/shown.ts';
import type { Session, TabId } from '../state/types.ts';
import { MatrixView } from './matrix/view.tsx';

export interface View {
  readonly id: TabId;
  readonly label: string;
  /** Whether it has something to show of a run. */
  readonly fits: (session: Session) => boolean;
  readonly view: ComponentType<{ readonly shown: Shown }>;
}

export const VIEWS: readonly View[] = [{ id: 'matrix', label: 'Matrix', fits: () => true, view: MatrixView }];
