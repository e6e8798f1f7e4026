/** The plan of the walk through a part, made once. */
import { onnx } from '../../model/onnx/proto.js';
import { passedOf } from '../../model/walk/extract.ts';
import { planWalk, type WalkPlan } from '../../model/walk/plan.ts';
import type { Part } from './part.ts';

const plans = new WeakMap<Part, WalkPlan>();

export function planOf(part: Part): WalkPlan {
  const plan = plans.get(part) ?? planWalk(part.found.model, part.found.sites, part.stages);
  plans.set(part, plan);
  return plan;
}

/**
 * Adds the values between the pieces of the walk to a graph's outputs, so that any layer can be looked into at once after the run: one vector
 * a token and layer, half of what queries and keys take.
 * @returns their names
 */
export function keepBetween(part: Part, model: onnx.ModelProto): string[] {
  const plan = planOf(part);
  const outputs = new Set(model.graph!.output.map(({ name }) => name));
  const between = passedOf(plan)
    .flat()
    .filter((name) => plan.sectionOf.has(name));
  model.graph!.output.push(...between.filter((name) => !outputs.has(name)).map((name) => onnx.ValueInfoProto.create({ name })));
  return between;
}
