/**
 * Which stored tensor a name means. Families use the names of the whole model in today's spelling; files leave out the prefix of the base
 * model, or keep spellings from before.
 */
import type { TensorPlace } from '../safetensors/header.ts';
import type { Family } from './family.ts';

/** Finds tensors by name and remembers which of them were used. */
export class TensorNames {
  private readonly used = new Set<string>();

  constructor(
    private readonly tensors: ReadonlyMap<string, TensorPlace>,
    private readonly family: Pick<Family, 'prefix' | 'wrappers' | 'aliases'>,
  ) {}

  /** The tensor of a name, or null. */
  find(name: string): TensorPlace | null {
    for (const spelling of this.spellings(name)) {
      const place = this.tensors.get(spelling);
      if (place !== undefined) return place;
    }
    return null;
  }

  /** The tensor of a name, or null; from now on it counts as used. */
  use(name: string): TensorPlace | null {
    const place = this.find(name);
    if (place !== null) this.used.add(place.name);
    return place;
  }

  /** Every name under which a tensor may be stored, today's first. */
  spellings(name: string): string[] {
    const { prefix, wrappers = [], aliases } = this.family;
    const names = [name, ...(aliases?.[name] ?? [])];
    const bare = names.filter((spelling) => spelling.startsWith(prefix)).map((spelling) => spelling.slice(prefix.length));
    const wrapped = wrappers.flatMap((wrapper) => bare.map((spelling) => wrapper + spelling));
    return [...new Set([...names, ...bare, ...wrapped])].flatMap((spelling) => [spelling, ...oldNorm(spelling)]);
  }

  /** Tensors of the file that the model uses, in the order of their first use. */
  usedNames(): string[] {
    return [...this.used];
  }

  /** Tensors of the file that the model does not use. */
  unused(): string[] {
    return [...this.tensors.keys()].filter((name) => !this.used.has(name)).sort();
  }
}

/** TensorFlow's names of a norm's gain and bias, as in BERT's first files. */
function oldNorm(name: string): string[] {
  const match = /^(.*Norm)\.(weight|bias)$/.exec(name);
  return match ? [`${match[1]}.${match[2] === 'weight' ? 'gamma' : 'beta'}`] : [];
}
