/**
 * What a model predicts: told by its outputs, by the class that its configuration names, and by whether it looks ahead.
 *
 * Source: Hugging Face transformers, class names of `architectures` and the outputs of each (`modeling_outputs.py`).
 */
export type TaskKind = 'next-token' | 'masked-token' | 'classes' | 'token-classes' | 'spans' | 'embedding';

/** How a row of scores is to be read. */
export type Scoring =
  /** One of them: softmax. */
  | 'one'
  /** Each for itself: sigmoid. */
  | 'each'
  /** Numbers, no classes. */
  | 'value';

export interface Task {
  readonly kind: TaskKind;
  /** The output that holds it; of `spans` the start's. */
  readonly output: string;
  readonly scoring: Scoring;
}

export interface RunFacts {
  readonly config: Readonly<Record<string, unknown>> | null;
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** True where some attention never sees later tokens. */
  readonly causal: boolean;
}

const LOGITS = /^(logits|prediction_logits|lm_logits|prediction_scores|scores)$/;
const EMBEDDING = /^(sentence_embedding|token_embeddings|last_hidden_state|hidden_states|output_0|output)$/;

/** The task of a run, or null where no output is one that is known. */
export function taskOf(facts: RunFacts): Task | null {
  const { outputs, config } = facts;
  const has = (name: string) => outputs.some((output) => output.name === name);
  if (has('start_logits') && has('end_logits')) return { kind: 'spans', output: 'start_logits', scoring: 'one' };
  const logits = outputs.find(({ name, shape }) => LOGITS.test(name) && (shape.length === 2 || shape.length === 3));
  if (logits) return { kind: logitsKind(logits.shape, facts), output: logits.name, scoring: scoringOf(config, logits.shape) };
  const states = ['sentence_embedding', 'last_hidden_state'].find(has) ?? outputs.find(({ name }) => EMBEDDING.test(name))?.name;
  return states === undefined ? null : { kind: 'embedding', output: states, scoring: 'value' };
}

function logitsKind(shape: readonly number[], { config, causal }: RunFacts): TaskKind {
  if (shape.length === 2) return 'classes';
  const [name] = (config?.['architectures'] as string[] | undefined) ?? [''];
  if (/ForTokenClassification$/.test(String(name))) return 'token-classes';
  if (/For(MaskedLM|PreTraining)$/.test(String(name))) return 'masked-token';
  if (/(ForCausalLM|LMHeadModel|ForConditionalGeneration|MarianMTModel|DoubleHeadsModel|WithLMHeadModel)$/.test(String(name)))
    return 'next-token';
  // Without a name: as many scores as the configuration has labels and not as many as it has words.
  const width = shape.at(-1)!;
  if (width === labelsOf(config).size && width !== config?.['vocab_size']) return 'token-classes';
  return causal ? 'next-token' : 'masked-token';
}

function scoringOf(config: RunFacts['config'], shape: readonly number[]): Scoring {
  const problem = config?.['problem_type'];
  if (problem === 'multi_label_classification') return 'each';
  return problem === 'regression' || shape.at(-1) === 1 ? 'value' : 'one';
}

/** `id2label` of a configuration, by number. */
export function labelsOf(config: RunFacts['config']): ReadonlyMap<number, string> {
  const labels = config?.['id2label'];
  if (typeof labels !== 'object' || labels === null) return new Map();
  const named = Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return new Map(named.map(([id, label]) => [Number(id), label]));
}
