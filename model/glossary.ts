/** The field's words in two plain sentences each, with the formula that a term began with. Letters as everywhere: d head dimension, T, S lengths. */

export interface GlossaryEntry {
  readonly name: string;
  /** Two sentences. */
  readonly words: string;
  readonly formula?: string;
}

export const GLOSSARY = {
  token: {
    name: 'token',
    words:
      'A piece of text with a number, as the model reads it: a word, a part of one, or a sign. Models see these numbers and never the letters.',
  },
  embedding: {
    name: 'embedding',
    words:
      'The row of learned numbers that stands for a token when it enters the model. Tokens that are used alike have rows that are alike.',
    formula: 'x = E[token]',
  },
  position: {
    name: 'positional encoding',
    words:
      'What tells a model where a token stands, for attention alone sees no order. It is added to the embedding, turns queries and keys, or joins the scores.',
  },
  attention: {
    name: 'attention',
    words:
      'Each token takes a weighted mean of what other tokens offer. It chooses the weights itself, by comparing its query with their keys.',
    formula: 'softmax(q·kᵀ / √d) · v',
  },
  query: {
    name: 'query (q)',
    words: 'What a token is looking for, as a vector of d numbers. It is multiplied with the keys of all tokens that it may see.',
    formula: 'q = x · W_q',
  },
  key: {
    name: 'key (k)',
    words: 'What a token offers to be found by, as a vector of d numbers. The better it fits a query, the larger the weight.',
    formula: 'k = x · W_k',
  },
  value: {
    name: 'value (v)',
    words: 'What a token hands over to those that look at it. A head’s output is the mean of the values, by the weights.',
    formula: 'v = x · W_v',
  },
  head: {
    name: 'head',
    words:
      'One of several attentions that run side by side in a layer, each with queries, keys and values of its own. Different heads learn to look for different things.',
    formula: 'head_h = softmax(q_h·k_hᵀ / √d) · v_h',
  },
  layer: {
    name: 'layer',
    words:
      'One round of attention and feed-forward network; a model is a stack of them. What a layer finds is added to what the layers before it found.',
  },
  score: {
    name: 'score',
    words: 'The product of a query and a key, scaled, with mask and position bias added. Softmax turns the scores of a row into weights.',
    formula: 's = q·k / √d + mask',
  },
  scale: {
    name: 'scale',
    words:
      'The factor on q·k that keeps scores from growing with the number of dimensions. Without it softmax would put nearly all weight on one key.',
    formula: '1 / √d',
  },
  mask: {
    name: 'mask',
    words: 'Says which keys a query may see. Hidden ones get −∞ added to their score, and so the weight 0.',
  },
  softmax: {
    name: 'softmax',
    words:
      'Turns any numbers into positive ones that add up to 1. A difference of 1 between two scores makes a ratio of 2.72 between their weights.',
    formula: 'softmax(s)_j = exp(s_j) / Σ_i exp(s_i)',
  },
  weight: {
    name: 'attention weight',
    words:
      'The share that a key has in what a query gathers, from 0 to 1. The weights of a row add up to 1, unless the model has a sink of its own.',
  },
  residual: {
    name: 'residual stream',
    words:
      'The numbers of a token on their way through the layers. Each layer reads them and adds its result, so that nothing is lost on the way.',
    formula: 'x ← x + attention(x);  x ← x + feed-forward(x)',
  },
  norm: {
    name: 'norm',
    words:
      'Brings the numbers of a token to a common size before, or after, each part of a layer. Learned gains then set how large each one is.',
    formula: '(x − mean) / √(variance + ε) · gain + bias',
  },
  feedForward: {
    name: 'feed-forward network',
    words: 'Two linear maps with a bend between them, applied to each token by itself. It is where much of what a model knows is stored.',
    formula: 'W₂ · f(W₁ · x + b₁) + b₂',
  },
  logits: {
    name: 'logits',
    words: 'One number for each token of the vocabulary, or each class: how well it would fit. Softmax makes probabilities of them.',
    formula: 'p = softmax(logits)',
  },
  surprise: {
    name: 'surprise',
    words: 'How unlikely the model found the token that really came, before it saw it. A token that it was sure of surprises it by 0.',
    formula: '−log₂ p(token)',
  },
  perplexity: {
    name: 'perplexity',
    words:
      'Among how many equally likely tokens the model chose, on average, at each place of the text. 1 is a text that it knows by heart.',
    formula: '2 ^ mean(−log₂ p(token))',
  },
  temperature: {
    name: 'temperature',
    words: 'A divisor of the logits before a token is drawn. Below 1 the likely ones get still likelier, above 1 all come closer together.',
    formula: 'p = softmax(logits / t)',
  },
  gate: {
    name: 'gate',
    words:
      'Numbers between 0 and 1 by which others are multiplied, so that they pass, or do not. An LSTM has three: for what to forget, to write and to show.',
    formula: 'f = σ(W·x + U·h + b)',
  },
  entropy: {
    name: 'entropy',
    words: 'How spread the weights of a row are, in bits. 0 is one key alone, 3 is as uncertain as eight equal keys.',
    formula: 'H = −Σ α · log₂ α',
  },
  distance: {
    name: 'mean distance',
    words: 'How far a head looks on average, in tokens. Each key’s distance counts by its weight.',
    formula: 'Σ α_ij · |i − j|',
  },
  previous: {
    name: 'previous-token head',
    words: 'A head that looks one token back. Induction is built on such heads: they tell a token what stood before it.',
  },
  induction: {
    name: 'induction head',
    words:
      'Looks for an earlier place with the same token and attends to what came after it there. So a model can go on with a sequence that it has seen once.',
    formula: '… A B … A → B',
  },
  sink: {
    name: 'attention sink',
    words:
      'A token, mostly the first, that takes the weight that a head has no use for. Much weight there says that the head rests, and little about the token.',
  },
  rollout: {
    name: 'rollout',
    words:
      'The maps of all layers multiplied, as if weights were all that passes on. It shows which input tokens could have reached a place.',
    formula: 'R_l = ½(A_l + I) · R_{l−1}',
  },
  cross: {
    name: 'cross-attention',
    words:
      'A decoder’s queries against the encoder’s keys: how a translator looks back at its source. Queries come from one text, keys and values from the other.',
  },
  groups: {
    name: 'grouped queries',
    words: 'Several query heads share one head of keys and values. It saves memory and changes little.',
  },
  rotary: {
    name: 'rotary position (RoPE)',
    words:
      'Turns pairs of dimensions of q and k by an angle that grows with the position. Their product then depends on how far apart two tokens are.',
    formula: 'φ_i = pos · base^(−2i/d)',
  },
  patch: {
    name: 'patch',
    words:
      'A square of a picture, made into a vector by one linear map. A vision transformer reads patches as a language model reads tokens.',
  },
} as const satisfies Readonly<Record<string, GlossaryEntry>>;

export type TermId = keyof typeof GLOSSARY;

/** Metrics that a term of the glossary explains, by metric id. */
export const TERM_OF_METRIC: Readonly<Record<string, TermId>> = {
  entropy: 'entropy',
  distance: 'distance',
  'previous-token': 'previous',
  induction: 'induction',
  'first-token': 'sink',
};
