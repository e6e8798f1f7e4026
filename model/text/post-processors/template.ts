import { type Run, specialRun } from '../draft.ts';
import { count, isObject, type Json, list, malformed, object, string } from '../json.ts';
import type { PostProcessor } from './index.ts';

/** One place of a template: makes a run from the texts' runs. */
type Place = (texts: readonly Run[], specials: boolean) => Run | null;

interface Special {
  readonly ids: readonly number[];
  readonly pieces: readonly string[];
}

function specialTokens(config: Json): ReadonlyMap<string, Special> {
  const entries = Object.entries(object(config.special_tokens ?? {}, 'special_tokens of a template')).map(
    ([name, value]): [string, Special] => {
      const json = object(value, `the special token ${name}`);
      const ids = list(json.ids, `ids of ${name}`).map((id) => count(id, `an id of ${name}`));
      const pieces = list(json.tokens, `tokens of ${name}`).map((t) => string(t, `a token of ${name}`));
      return [name, { ids, pieces }];
    },
  );
  return new Map(entries);
}

function place(value: unknown, known: ReadonlyMap<string, Special>): Place {
  const json = object(value, 'a place of a template');
  const kind = isObject(json.Sequence) ? json.Sequence : object(json.SpecialToken, 'a place of a template');
  const name = string(kind.id, 'the id of a template’s place');
  const typeId = count(kind.type_id ?? 0, 'type_id');
  if (kind === json.Sequence) {
    const index = name === 'A' ? 0 : 1;
    return (texts) => (texts[index] === undefined ? null : { ...texts[index], typeId });
  }
  const special = known.get(name);
  if (special === undefined) throw malformed(`the template names the special token ${name}, which it does not define`);
  return (_, specials) => (specials ? specialRun(special.ids, special.pieces, typeId) : null);
}

/** TemplateProcessing: special tokens around one text or two, as the file's templates say. */
export function template(config: Json): PostProcessor {
  const known = specialTokens(config);
  const places = (value: unknown) => list(value, 'a template').map((p) => place(p, known));
  const single = places(config.single);
  const pair = config.pair === undefined || config.pair === null ? null : places(config.pair);
  return (runs, specials) => {
    const texts = runs.filter((run) => run.text !== null);
    const chosen = texts.length > 1 ? pair : single;
    if (chosen === null) return runs;
    return chosen.map((p) => p(texts, specials)).filter((run) => run !== null);
  };
}
