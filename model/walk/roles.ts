/** What each step is to the attention it belongs to, found from the softmax: back to q·kᵀ, forward to weights·V. */
import type { RawStep } from './steps.ts';
import type { Role } from './types.ts';

/** One place of attention among the steps. */
export interface Attention {
  /** Index of the softmax. */
  readonly softmax: number;
  /** Steps by role. */
  readonly roles: ReadonlyMap<string, Role>;
}

/** All softmaxes over products of two computed matrices whose result is multiplied with a third. */
export function attentionsOf(steps: readonly RawStep[]): Attention[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const users = new Map<string, RawStep[]>();
  for (const step of steps) for (const input of step.inputs) users.set(input, [...(users.get(input) ?? []), step]);
  return steps.flatMap((step, softmax) => {
    const roles = step.kind === 'softmax' ? rolesOf(step, byId, users) : null;
    return roles ? [{ softmax, roles }] : [];
  });
}

function rolesOf(
  softmax: RawStep,
  byId: ReadonlyMap<string, RawStep>,
  users: ReadonlyMap<string, readonly RawStep[]>,
): Map<string, Role> | null {
  const scores = byId.get(softmax.inputs[0]!);
  const products = scores && productBehind(scores, byId);
  const masked = (users.get(softmax.id) ?? []).find(({ kind }) => kind === 'mask');
  const weights = masked ?? softmax;
  const context = (users.get(weights.id) ?? []).find(({ kind }) => kind === 'product');
  if (!products || !context) return null;
  const roles = new Map<string, Role>();
  const value = context.inputs.find((input) => input !== weights.id);
  if (value) roles.set(value, 'value');
  roles.set(products.inputs[1] ?? '', 'key').set(products.inputs[0] ?? '', 'query');
  roles.set(products.id, 'products').set(context.id, 'context').set(weights.id, 'weights');
  if (scores !== products) roles.set(scores.id, 'scores');
  const output = outputAfter(context, users);
  if (output) roles.set(output.id, 'output');
  return roles;
}

/** The first product of two computed matrices behind the scores; sums of several have the content's own first. */
function productBehind(step: RawStep, byId: ReadonlyMap<string, RawStep>): RawStep | null {
  const seen = new Set<string>();
  const open: (RawStep | undefined)[] = [step];
  while (open.length > 0) {
    const one = open.shift();
    if (!one || seen.has(one.id)) continue;
    seen.add(one.id);
    if (one.kind === 'product') return one.inputs.length === 2 ? one : null;
    if (['scale', 'add', 'mask', 'sum', 'residual', 'function', 'activation', 'gate'].includes(one.kind))
      open.push(...one.inputs.map((id) => byId.get(id)));
  }
  return null;
}

function outputAfter(context: RawStep, users: ReadonlyMap<string, readonly RawStep[]>): RawStep | null {
  let [next] = users.get(context.id) ?? [];
  while (next && next.kind !== 'linear') {
    if (next.kind !== 'joined' && next.kind !== 'norm') return null;
    [next] = users.get(next.id) ?? [];
  }
  return next ?? null;
}
