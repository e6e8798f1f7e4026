/**
 * The walk through a run: computes one piece of the model at a time, from what earlier pieces passed on, in a session that is let go at once.
 * What is kept is the piece on view, as many of those looked at before as find room, and the little that goes from piece to piece: never all activations.
 */
import { HeadlightError } from '../../model/errors.ts';
import { writeModel } from '../../model/onnx/wire.ts';
import type { Device } from '../../model/protocol/engine.ts';
import type { Arithmetic, ArithmeticParams, StageParams, StageResult, Walk, WalkSection, WalkStep } from '../../model/protocol/walk.ts';
import type { DType, Tensor } from '../../model/tensor.ts';
import { type Cell, Cells } from '../../model/walk/cells.ts';
import { passedOf, pieceModel, pieceOf, wantedOf } from '../../model/walk/extract.ts';
import type { WalkPlan } from '../../model/walk/plan.ts';
import { explain } from './arithmetic.ts';
import type { EngineCall } from './engine.ts';
import { cpuNodesOf, externalOf } from './external.ts';
import { Lru } from './lru.ts';
import type { OpenModel, OpenPart } from './opening.ts';
import type { RunOutputs } from './outputs.ts';
import { planOf } from './plans.ts';
import { assertWanted } from './queue.ts';
import type { OrtValues, Runtime } from './runtime.ts';
import { cellOf, cutOf, placeIn, stageValue } from './stage-value.ts';
import { fromOrt, toOrt } from './tensors.ts';

type Feeds = Readonly<Record<string, Tensor>>;

/** A section, and the part of the model that it belongs to. */
interface Place {
  readonly part: number;
  readonly index: number;
  readonly section: WalkSection;
}

type Values = ReadonlyMap<string, Tensor>;

const bytesOf = (values: Values): number => [...values.values()].reduce((sum, { data }) => sum + data.byteLength, 0);

/** Bytes of sections that stay beside the one on view. */
const HELD_LIMIT = 64 * 2 ** 20;
/** Bytes of a layer's weights, all heads, up to which its scores and weights are walked along. */
const MAP_LIMIT = 64 * 2 ** 20;

export class Walker {
  #plans: readonly WalkPlan[] | null = null;
  #passed: readonly (readonly string[][])[] | null = null;
  /** Values that go from piece to piece, by part. */
  readonly #carried: readonly Map<string, Tensor>[];
  /** The section that was looked at last, whatever its size. */
  #shownLast: { readonly section: number; readonly values: Values } | null = null;
  /** Sections that were looked at before: coming back, and asking for another head, costs nothing. */
  readonly #earlier: Lru<number, Values>;

  constructor(
    private readonly runtime: Runtime,
    private readonly model: OpenModel,
    private readonly feeds: readonly Feeds[],
    private readonly device: Device,
    /** What the run kept, by part: values that go from piece to piece are among it where the text is short. */
    private readonly kept: readonly RunOutputs[] = [],
    private readonly mapLimit: number = MAP_LIMIT,
    heldLimit: number = HELD_LIMIT,
  ) {
    this.#earlier = new Lru(heldLimit, bytesOf);
    this.#carried = model.parts.map(() => new Map());
  }

  walk(): Walk {
    const sections = this.places().map(({ part, section }) => ({ ...section, sites: section.sites.map((key) => this.#keyOf(part, key)) }));
    const walked = new Set(sections.flatMap(({ sites }) => sites));
    const left = this.model.sites.filter(({ facts }) => !walked.has(facts.key));
    return {
      sections,
      remarks: left.map(({ facts }) => `${facts.where} is not walked along: the graph holds it in ${facts.node}, without its steps.`),
    };
  }

  #keyOf(part: number, key: string): string {
    return this.model.sites.find((one) => one.part === part && one.site.key === key)?.facts.key ?? key;
  }

  places(): readonly Place[] {
    return this.plans().flatMap(({ sections }, part) => sections.map((section, index) => ({ part, index, section })));
  }

  plans(): readonly WalkPlan[] {
    this.#plans ??= this.model.parts.map(planOf);
    return this.#plans;
  }

  place(section: number): Place {
    const place = this.places()[section];
    if (!place) throw new HeadlightError('internal', `The walk has no section ${section}.`);
    return place;
  }

  async stage({ section, head, batch = 0 }: StageParams, call: EngineCall): Promise<StageResult> {
    const start = performance.now();
    const place = this.place(section);
    const values = await this.values(section, call);
    const heads = this.#headsOf(place);
    return {
      values: place.section.steps.flatMap((step) =>
        wantedOf({ steps: [step] }).flatMap((id) =>
          values.has(id) ? [stageValue({ ...step, id }, values.get(id)!, { head, batch, heads })] : [],
        ),
      ),
      computeMs: performance.now() - start,
    };
  }

  /** How one number came about. @throws HeadlightError `unsupported` where that is not shown */
  async arithmetic({ section, step: id, head, batch = 0, row, column }: ArithmeticParams, call: EngineCall): Promise<Arithmetic> {
    const place = this.place(section);
    const values = await this.values(section, call);
    const plan = this.plans()[place.part]!;
    const { found, folder } = this.model.parts[place.part]!;
    const step = place.section.steps.find((one) => one.id === id);
    const whole = values.get(id);
    if (!step || !whole) throw new HeadlightError('internal', `The section has no step ${id}.`);
    const steps = new Map(plan.sections.flatMap((one) => one.steps.map((known) => [known.id, known] as const)));
    const which = { head, batch, heads: this.#headsOf(place) };
    const value = (name: string) => values.get(name) ?? this.#carried[place.part]!.get(name) ?? this.feeds[place.part]![name];
    const isWithheld = (name: string) => steps.has(name) && value(name) === undefined;
    const cells = new Cells({ plan, model: found.model, folder, value, isWithheld });
    const at = placeIn(cutOf(step, whole.shape, which), row, column);
    const seen = ({ value: name, at: cell }: Cell) => {
      const [owner, known] = [steps.get(name), value(name)];
      return owner && known ? cellOf(cutOf(owner, known.shape, which), cell) : null;
    };
    const number = Number(whole.data[at]);
    return explain({ plan, model: found.model, folder, step, at, value: number, cells, place: seen });
  }

  /** Values of a section that are held at once: scores and weights of long texts are not among them. */
  #shown(place: Place): string[] {
    const length = Math.max(
      1,
      ...Object.values(this.feeds[place.part]!).map(({ dtype, shape }) => (dtype === 'int64' ? (shape[1] ?? 1) : 1)),
    );
    if (this.#headsOf(place) * length ** 2 * 4 <= this.mapLimit) return wantedOf(place.section);
    return wantedOf({ steps: place.section.steps.filter((step) => !isMap(step, place.section)) });
  }

  #headsOf({ part, section }: Place): number {
    return this.model.sites.find((one) => one.part === part && one.site.key === section.sites[0])?.facts.heads ?? 1;
  }

  /** Whole values of the steps of a section, by id. */
  async values(section: number, call: EngineCall): Promise<Values> {
    const place = this.place(section);
    const known = this.#shownLast?.section === section ? this.#shownLast.values : this.#earlier.get(section);
    if (known) return this.#show(section, known);
    for (let earlier = 0; earlier < place.index; earlier++) {
      await this.#takeKept(place.part, earlier);
      const missing = this.passedOn(place.part, earlier).filter((name) => !this.#carried[place.part]!.has(name));
      if (missing.length === 0) continue;
      call.progress?.(earlier / place.index, 'walking to this layer');
      await this.#compute(place.part, earlier, missing, call);
    }
    const wanted = [...new Set([...this.#shown(place), ...this.passedOn(place.part, place.index)])];
    return this.#show(section, await this.#compute(place.part, place.index, wanted, call));
  }

  #show(section: number, values: Values): Values {
    if (this.#shownLast && this.#shownLast.section !== section) this.#earlier.set(this.#shownLast.section, this.#shownLast.values);
    this.#earlier.delete(section);
    this.#shownLast = { section, values };
    return values;
  }

  /** Bytes of all values that are held. */
  get heldBytes(): number {
    const carried = this.#carried.reduce((sum, values) => sum + bytesOf(values), 0);
    return carried + this.#earlier.size + (this.#shownLast ? bytesOf(this.#shownLast.values) : 0);
  }

  /** What the run itself kept of a section, so that it need not be computed again. */
  async #takeKept(part: number, section: number): Promise<void> {
    const [kept, carried] = [this.kept[part], this.#carried[part]!];
    for (const name of this.passedOn(part, section)) if (!carried.has(name) && kept?.has(name)) carried.set(name, await kept.tensor(name));
  }

  /** Values of a section that later ones start from. */
  passedOn(part: number, section: number): readonly string[] {
    this.#passed ??= this.plans().map(passedOf);
    return this.#passed[part]![section]!;
  }

  /** The section of each step of a part whose value can be held, by the step. */
  heldSteps(part: number): Map<string, number> {
    const held = new Map<string, number>();
    for (const [number, place] of this.places().entries()) {
      const shown = place.part === part ? new Set(this.#shown(place)) : new Set();
      for (const { id } of place.section.steps) if (shown.has(id)) held.set(id, number);
    }
    return held;
  }

  /** The graph of a section and what it is fed with. */
  #program(part: number, section: number, wanted: readonly string[], carried: ReadonlyMap<string, Tensor>) {
    const plan = this.plans()[part]!;
    const piece = pieceOf(plan, section, wanted);
    const types = new Map(piece.carried.map((name): [string, DType] => [name, carried.get(name)!.dtype]));
    const feeds: Record<string, Tensor> = {};
    for (const name of piece.inputs) feeds[name] = this.feeds[part]![name]!;
    for (const name of piece.carried) feeds[name] = carried.get(name)!;
    return { model: pieceModel(this.model.parts[part]!.found.model, plan, piece, wanted, types), feeds };
  }

  async #compute(part: number, section: number, wanted: readonly string[], call: EngineCall): Promise<Map<string, Tensor>> {
    assertWanted(call.token);
    const carried = this.#carried[part]!;
    const { model, feeds } = this.#program(part, section, wanted, carried);
    const values = await this.#run(this.model.parts[part]!, model, feeds, wanted, call);
    for (const name of this.passedOn(part, section)) if (values.has(name)) carried.set(name, values.get(name)!);
    return values;
  }

  async #run(
    { name, folder }: OpenPart,
    model: ReturnType<typeof pieceModel>,
    feeds: Feeds,
    wanted: readonly string[],
    { token }: EngineCall,
  ): Promise<Map<string, Tensor>> {
    const program = { name, folder, bytes: writeModel(model), weights: externalOf(model).weights, cpuNodes: cpuNodesOf(model) };
    const session = await this.runtime.create(program, { device: this.device, signal: token });
    try {
      const inputs: OrtValues = {};
      for (const [input, value] of Object.entries(feeds)) inputs[input] = toOrt(this.runtime.ort, value);
      const results = await session.run(inputs, wanted, token);
      const values = new Map<string, Tensor>();
      for (const value of wanted) values.set(value, await fromOrt(results[value]!));
      for (const result of Object.values(results)) result.dispose();
      return values;
    } finally {
      if (!this.runtime.broken) await session.release();
    }
  }
}

/** Between q·kᵀ and the weights everything is as large as the weights. */
function isMap(step: WalkStep, { steps }: WalkSection): boolean {
  const [first, last] = [steps.findIndex(({ role }) => role === 'products'), steps.findLastIndex(({ role }) => role === 'weights')];
  const index = steps.indexOf(step);
  if (index < first || index > last) return false;
  return ['products', 'scores', 'weights'].includes(step.role ?? '') || MAPS.has(step.kind);
}

const MAPS: ReadonlySet<WalkStep['kind']> = new Set(['scale', 'add', 'mask', 'softmax', 'sum', 'function', 'activation']);
