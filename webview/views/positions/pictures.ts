/** The pictures of positions. A new one is its file and its line here. */
import type { ComponentType } from 'preact';
import { AllPatchesPicture, fitsMosaic } from './all-patches.tsx';
import { AnglesPicture } from './angles.tsx';
import { BiasPicture } from './bias.tsx';
import { DialPicture } from './dial.tsx';
import { DistancePicture } from './distance.tsx';
import { GeometryPicture } from './geometry.tsx';
import { fitsGrid, GridPicture } from './grid.tsx';
import type { Look } from './look.ts';
import { PlanePicture } from './plane.tsx';
import { TablePicture } from './table.tsx';
import { TermsPicture } from './terms.tsx';
import { WavelengthsPicture } from './wavelengths.tsx';

export interface Picture {
  readonly id: string;
  readonly label: string;
  /** Whether the model has what it shows. */
  readonly fits: (look: Look) => boolean;
  readonly view: ComponentType<{ readonly look: Look }>;
}

const hasTable = ({ table }: Look): boolean => table !== null;
const turnsEvenly = ({ positions: { rotation } }: Look): boolean => !!rotation && rotation.frequencies.length > 0;

export const PICTURES: readonly Picture[] = [
  { id: 'grid', label: 'Patches', fits: fitsGrid, view: GridPicture },
  { id: 'patches', label: 'All patches', fits: fitsMosaic, view: AllPatchesPicture },
  { id: 'table', label: 'Table', fits: hasTable, view: TablePicture },
  { id: 'angles', label: 'Angles', fits: ({ positions }) => positions.rotation !== null, view: AnglesPicture },
  {
    id: 'dial',
    label: 'q and k turning',
    fits: (look) => turnsEvenly(look) && look.positions.rotation!.layout !== null,
    view: DialPicture,
  },
  { id: 'wavelengths', label: 'Wavelengths', fits: turnsEvenly, view: WavelengthsPicture },
  { id: 'bias', label: 'Added to scores', fits: ({ positions }) => positions.biases.length > 0, view: BiasPicture },
  { id: 'terms', label: 'Terms of scores', fits: ({ positions }) => positions.terms.length > 0, view: TermsPicture },
  { id: 'geometry', label: 'Likeness', fits: hasTable, view: GeometryPicture },
  { id: 'plane', label: 'Plane', fits: hasTable, view: PlanePicture },
  { id: 'distance', label: 'Effect of distance', fits: ({ shown }) => shown.over === null, view: DistancePicture },
];
