/** Where keys and values stand in the text of a `config.json`, and what its keys set. Pure. */

/** Where a key stands, with its quotes; −1 where it stands nowhere. */
export function keyIn(text: string, key: string): number {
  const found = new RegExp(`"${key.replaceAll(/[^\w]/g, '\\$&')}"(?=\\s*:)`).exec(text);
  return found ? found.index : -1;
}

/** Where the number of a key stands; null where there is none. */
export function numberOf(text: string, key: string): { readonly start: number; readonly end: number } | null {
  const at = keyIn(text, key);
  const found = at < 0 ? null : /^"[^"]*"\s*:\s*(-?\d+)(?![\d.eE])/.exec(text.slice(at));
  if (!found) return null;
  const end = at + found[0].length;
  return { start: end - found[1]!.length, end };
}

/** The key of a line that a column stands on. */
export function keyAt(line: string, column: number): { readonly key: string; readonly start: number; readonly end: number } | null {
  for (const found of line.matchAll(/"([\w.-]+)"\s*:/g)) {
    const start = found.index;
    const end = start + found[1]!.length + 2;
    if (column >= start && column <= end) return { key: found[1]!, start, end };
  }
  return null;
}

/** What keys set, in words, and the tab of the model's page that shows it. */
const MEANINGS: readonly (readonly [keys: readonly string[], words: string, tab: string])[] = [
  [['model_type', 'architectures'], 'The family: which blocks the weights belong to.', 'overview'],
  [['hidden_size', 'n_embd', 'd_model', 'dim'], 'D, the width: numbers in the vector of each position.', 'overview'],
  [['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'], 'L: how many layers stand one behind the other.', 'graph'],
  [
    ['num_attention_heads', 'n_head', 'n_heads', 'num_heads'],
    'H: query heads of each layer. Each is D ∕ H wide unless head_dim says otherwise.',
    'heads',
  ],
  [['num_key_value_heads'], 'G: heads of keys and values. Each is shared by H ∕ G query heads.', 'heads'],
  [['head_dim', 'd_kv'], 'd: numbers in the query, key and value of one head.', 'heads'],
  [
    ['intermediate_size', 'n_inner', 'd_ff', 'ffn_dim', 'encoder_ffn_dim', 'decoder_ffn_dim'],
    'F: width of the feed-forward part of each layer.',
    'overview',
  ],
  [['vocab_size'], 'V: tokens that the model knows; rows of its embedding table.', 'embeddings'],
  [
    ['max_position_embeddings', 'n_positions', 'n_ctx'],
    'The longest text, in tokens; rows of the table of positions where one is learned.',
    'embeddings',
  ],
  [['type_vocab_size'], 'Kinds of texts that are told apart (first and second of a pair).', 'tensors'],
  [
    ['rope_theta', 'rotary_emb_base', 'rope_scaling', 'rope_parameters'],
    'How fast queries and keys are turned by their position (rotary positions).',
    'overview',
  ],
  [['sliding_window'], 'How far back each token looks in the layers that have a window.', 'overview'],
  [['tie_word_embeddings'], 'Whether the output layer uses the embedding table itself.', 'tensors'],
  [['hidden_act', 'activation_function', 'hidden_activation'], 'The function between the two layers of the feed-forward part.', 'graph'],
  [['layer_norm_eps', 'layer_norm_epsilon', 'rms_norm_eps'], 'ε: added under the root of each norm, against a division by 0.', 'graph'],
  [['patch_size', 'image_size'], 'How a picture is cut: pixels of a patch and of the picture, along one side.', 'overview'],
  [['torch_dtype', 'dtype'], 'The type that the weights are stored in.', 'tensors'],
  [['id2label', 'label2id', 'num_labels'], 'The classes that the output layer tells apart.', 'overview'],
];

export interface Meaning {
  readonly words: string;
  readonly tab: string;
}

/** What a key sets, null for one that is not described. */
export function meaningOf(key: string): Meaning | null {
  const found = MEANINGS.find(([keys]) => keys.includes(key));
  return found ? { words: found[1], tab: found[2] } : null;
}
