"""Trains two small recurrent translators, for the page of the classic blocks: Luong's (dot) and Bahdanau's, on a toy English with its French.

    python train_recurrent.py OUT [steps]        needs jax, numpy, safetensors; a minute or two on one core

The French puts some adjectives behind the noun and agrees in gender, so that the decoder must look elsewhere than straight down. Weights are
float16, named as PyTorch names them (gates i, f, g, o), words in the file's metadata. The last lines say how many unseen sentences come out right.
"""
import json
import random
import sys

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import save_file

E, D, INNER = 12, 24, 12
SEED, BATCH = 7, 64

NOUNS = [("cat", "chat", 0), ("dog", "chien", 0), ("bird", "oiseau", 0), ("mouse", "souris", 1), ("cow", "vache", 1), ("girl", "fille", 1),
         ("boy", "garçon", 0), ("house", "maison", 1), ("car", "voiture", 1), ("book", "livre", 0)]
BEFORE = [("big", "grand", "grande"), ("small", "petit", "petite"), ("young", "jeune", "jeune")]
BEHIND = [("black", "noir", "noire"), ("white", "blanc", "blanche"), ("red", "rouge", "rouge"), ("green", "vert", "verte")]
VERBS = [("sees", "voit"), ("follows", "suit"), ("loves", "aime"), ("finds", "trouve")]
ALONE = [("sleeps", "dort"), ("falls", "tombe"), ("waits", "attend")]
PERSONS = [("student", "étudiant"), ("teacher", "professeur"), ("doctor", "médecin")]


def noun_phrase(rng):
    noun, french, gender = rng.choice(NOUNS)
    definite = rng.random() < .6
    before = [rng.choice(BEFORE)] if rng.random() < .35 else []
    behind = [rng.choice(BEHIND)] if rng.random() < .5 else []
    english = ["the" if definite else "a", *[a[0] for a in before], *[a[0] for a in behind], noun]
    article = (("le", "la") if definite else ("un", "une"))[gender]
    first = (before[0][1 + gender] if before else french)
    if definite and first[0] in "oéaei":
        article = "l'"
    return english, [article, *[a[1 + gender] for a in before], french, *[a[1 + gender] for a in behind]]


def sentence(rng):
    if rng.random() < .12:
        english, french = rng.choice(PERSONS)
        return ["I", "am", "a", english], ["je", "suis", french]
    subject, sujet = noun_phrase(rng)
    if rng.random() < .4:
        verb, verbe = rng.choice(ALONE)
        return subject + [verb], sujet + [verbe]
    verb, verbe = rng.choice(VERBS)
    thing, objet = noun_phrase(rng)
    return subject + [verb] + thing, sujet + [verbe] + objet


def vocabularies():
    rng = random.Random(SEED)
    pairs = [sentence(rng) for _ in range(5000)]
    return [["<pad>", "<start>", "<end>", *sorted({w for pair in pairs for w in pair[side]})] for side in (0, 1)]


WORDS = vocabularies()
IDS = [{word: i for i, word in enumerate(words)} for words in WORDS]
S, T = 10, 10


def batch(rng, size):
    source, given, said = np.zeros((size, S), np.int32), np.zeros((size, T), np.int32), np.zeros((size, T), np.int32)
    for row in range(size):
        english, french = sentence(rng)
        ids = [IDS[0][w] for w in english] + [2]
        target = [IDS[1][w] for w in french] + [2]
        source[row, :len(ids)] = ids
        given[row, :len(target)] = [1, *target[:-1]]
        said[row, :len(target)] = target
    return source, given, said


def init(key, kind):
    shapes = {"source_embedding.weight": (len(WORDS[0]), E), "target_embedding.weight": (len(WORDS[1]), E)}
    two = kind == "bahdanau"
    encoder = "encoder_bidirectional" if two else "encoder"
    for suffix in ("_l0", "_l0_reverse") if two else ("_l0",):
        shapes |= {f"{encoder}.weight_ih{suffix}": (4 * D, E), f"{encoder}.weight_hh{suffix}": (4 * D, D), f"{encoder}.bias_ih{suffix}": (4 * D,)}
    memory = 2 * D if two else D
    shapes |= {f"{kind}.cell.weight_ih": (4 * D, E + (memory if two else D)), f"{kind}.cell.weight_hh": (4 * D, D), f"{kind}.cell.bias_ih": (4 * D,)}
    if two:
        shapes |= {f"{kind}.start.weight": (D, D), f"{kind}.start.bias": (D,), f"{kind}.query.weight": (INNER, D), f"{kind}.key.weight": (INNER, memory),
                   f"{kind}.score.weight": (1, INNER)}
    else:
        shapes[f"{kind}.combine.weight"] = (D, memory + D)
    shapes |= {f"{kind}.head.weight": (len(WORDS[1]), D), f"{kind}.head.bias": (len(WORDS[1]),)}
    keys = jax.random.split(key, len(shapes))
    return {n: jnp.zeros(s) if len(s) == 1 else jax.random.normal(k, s) * (s[-1] ** -.5) for k, (n, s) in zip(keys, shapes.items())}


def cell(x, h, c, w_ih, w_hh, b):
    i, f, g, o = jnp.split(x @ w_ih.T + h @ w_hh.T + b, 4, -1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def run(w, module, suffix, x, mask, reverse=False):
    names = [f"{module}.{n}{suffix}" for n in ("weight_ih", "weight_hh", "bias_ih")]
    zero = jnp.zeros((x.shape[0], D))

    def step(state, now):
        word, is_token = now
        h, c = cell(word, *state, *[w[n] for n in names])
        h, c = jnp.where(is_token, h, state[0]), jnp.where(is_token, c, state[1])
        return (h, c), jnp.where(is_token, h, 0)
    last, states = jax.lax.scan(step, (zero, zero), (x.swapaxes(0, 1), mask.T[..., None]), reverse=reverse)
    return states.swapaxes(0, 1), last


def logits(w, kind, source, given):
    mask = source > 0
    words, target = w["source_embedding.weight"][source], w["target_embedding.weight"][given]
    attend = lambda scores: jax.nn.softmax(jnp.where(mask, scores, -1e9), -1)
    lstm = [w[f"{kind}.cell.{n}"] for n in ("weight_ih", "weight_hh", "bias_ih")]
    if kind == "dot":
        memory, state = run(w, "encoder", "_l0", words, mask)

        def step(carried, word):
            h, c, fed = carried
            h, c = cell(jnp.concatenate([word, fed], -1), h, c, *lstm)
            context = jnp.einsum("bs,bsd->bd", attend(jnp.einsum("bsd,bd->bs", memory, h)), memory)
            fed = jnp.tanh(jnp.concatenate([context, h], -1) @ w["dot.combine.weight"].T)
            return (h, c, fed), fed
        _, shown = jax.lax.scan(step, (*state, jnp.zeros_like(state[0])), target.swapaxes(0, 1))
    else:
        forward, _ = run(w, "encoder_bidirectional", "_l0", words, mask)
        backward, last = run(w, "encoder_bidirectional", "_l0_reverse", words, mask, True)
        memory = jnp.concatenate([forward, backward], -1)
        keys = memory @ w["bahdanau.key.weight"].T
        h = jnp.tanh(last[0] @ w["bahdanau.start.weight"].T + w["bahdanau.start.bias"])

        def step(carried, word):
            h, c = carried
            scores = jnp.tanh(keys + (h @ w["bahdanau.query.weight"].T)[:, None]) @ w["bahdanau.score.weight"][0]
            context = jnp.einsum("bs,bsm->bm", attend(scores), memory)
            h, c = cell(jnp.concatenate([word, context], -1), h, c, *lstm)
            return (h, c), h
        _, shown = jax.lax.scan(step, (h, jnp.zeros_like(h)), target.swapaxes(0, 1))
    return shown.swapaxes(0, 1) @ w[f"{kind}.head.weight"].T + w[f"{kind}.head.bias"]


def train(kind, steps):
    w = init(jax.random.key(SEED), kind)
    rng = random.Random(SEED + 1)
    m, v = [jax.tree.map(jnp.zeros_like, w) for _ in range(2)]

    def loss(w, source, given, said):
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits(w, kind, source, given)), said[..., None], -1)[..., 0]
        return -jnp.sum(chosen * (said > 0)) / jnp.sum(said > 0) + 1e-5 * sum(jnp.sum(x ** 2) for x in w.values())

    @jax.jit
    def update(w, m, v, n, *data):
        value, g = jax.value_and_grad(loss)(w, *data)
        size = jnp.sqrt(sum(jnp.sum(x ** 2) for x in g.values()))
        g = jax.tree.map(lambda x: x * jnp.minimum(1, 1 / size), g)
        m, v = jax.tree.map(lambda a, b: .9 * a + .1 * b, m, g), jax.tree.map(lambda a, b: .99 * a + .01 * b * b, v, g)
        rate = 4e-3 * .5 * (1 + jnp.cos(jnp.pi * n / steps))
        new = jax.tree.map(lambda x, a, b: x - rate * (a / (1 - .9 ** (n + 1))) / (jnp.sqrt(b / (1 - .99 ** (n + 1))) + 1e-8), w, m, v)
        return new, m, v, value
    for n in range(steps):
        w, m, v, value = update(w, m, v, n, *batch(rng, BATCH))
        if n % 500 == 0:
            print(kind, n, float(value), flush=True)
    return {name: np.asarray(x, np.float16) for name, x in w.items()}


def right(w, kind, count=500):
    """Share of unseen sentences whose every word is foretold, each after the right ones before it."""
    w = {name: jnp.asarray(x, jnp.float32) for name, x in w.items()}
    source, given, said = batch(random.Random(SEED + 99), count)
    best = np.asarray(jax.jit(lambda *a: logits(w, kind, *a))(source, given)).argmax(-1)
    return float(np.mean(np.all((best == said) | (said == 0), -1)))


if __name__ == "__main__":
    out, steps = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    for kind in ("dot", "bahdanau"):
        weights = train(kind, steps)
        words = {"source": json.dumps(WORDS[0], ensure_ascii=False), "target": json.dumps(WORDS[1], ensure_ascii=False)}
        share = right(weights, kind)
        save_file(weights, f"{out}/{kind}.safetensors", {**words, "right": f"{share:.3f}", "steps": str(steps)})
        print(kind, "right:", share, "numbers:", sum(x.size for x in weights.values()), flush=True)
