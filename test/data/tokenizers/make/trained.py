"""Small tokenizers of unusual make, trained on the spot, on random Unicode and real lines: what the Rust library says.

usage: python trained.py FOLDER [--seed 1] [--tokenizers 60] [--texts 8] | node pack-combinations.mjs trained
FOLDER is the one that make.py and variants.py wrote (its lines are the training text). Needs the package tokenizers (0.23.3 here); downloads nothing.

Prefixes inside words, suffixes at their ends, byte fallback with and without all its bytes, unknown tokens fused or not, limits of a word's length,
missing alphabets, truncation and padding in the file (which say nothing about what a text's tokens are).
"""
import argparse
import json
import sys

from combinations import Maker, record
from tokenizers import Tokenizer, trainers

BYTES = [f'<0x{b:02X}>' for b in range(256)]


class Trainer(Maker):
    def pre_tokenizer(self, depth=0):
        if depth == 0 and self.r.random() < 0.08:
            return {'type': 'UnicodeScripts'}
        return super().pre_tokenizer(depth)

    def corpus(self):
        return [self.r.choice(self.lines) for _ in range(self.r.choice([40, 150, 300]))]

    def bpe(self, special):
        prefix = self.r.choice([None, None, '##', '@@', '_'])
        suffix = self.r.choice([None, None, '</w>', '_'])
        options = {'vocab_size': self.r.choice([120, 300, 600]), 'min_frequency': self.r.choice([0, 2]), 'special_tokens': special, 'show_progress': False,
                   'limit_alphabet': self.r.choice([30, 80, 400])}
        options |= {'continuing_subword_prefix': prefix} if prefix else {}
        options |= {'end_of_word_suffix': suffix} if suffix else {}
        model = {'type': 'BPE', 'dropout': self.r.choice([None, 0.0]), 'unk_token': self.r.choice([None, special[0]]), 'continuing_subword_prefix': prefix,
                 'end_of_word_suffix': suffix, 'fuse_unk': self.flag(), 'byte_fallback': False, 'ignore_merges': self.flag(), 'vocab': {}, 'merges': []}
        return model, trainers.BpeTrainer(**options)

    def word_piece(self, special):
        prefix = self.r.choice(['##', '##', '@', ''])
        model = {'type': 'WordPiece', 'unk_token': special[0], 'continuing_subword_prefix': prefix, 'max_input_chars_per_word': self.r.choice([100, 12, 3]),
                 'vocab': {special[0]: 0}}
        return model, trainers.WordPieceTrainer(vocab_size=self.r.choice([120, 400]), special_tokens=special, show_progress=False,
                                                limit_alphabet=self.r.choice([30, 200]), continuing_subword_prefix=prefix)

    def unigram(self, special):
        model = {'type': 'Unigram', 'unk_id': 0, 'vocab': [[special[0], 0.0]], 'byte_fallback': False}
        return model, trainers.UnigramTrainer(vocab_size=self.r.choice([150, 500]), special_tokens=special, unk_token=special[0], show_progress=False,
                                              max_piece_length=self.r.choice([4, 16]))

    def word_level(self, special):
        return ({'type': 'WordLevel', 'unk_token': special[0], 'vocab': {special[0]: 0}},
                trainers.WordLevelTrainer(vocab_size=300, special_tokens=special, show_progress=False))

    def with_bytes(self, model, added):
        """Byte tokens behind all others; now and then some of them are missing."""
        model['byte_fallback'] = True
        names = BYTES if self.flag() else [b for b in BYTES if self.r.random() < 0.9]
        if model['type'] == 'BPE':
            first = max([*model['vocab'].values(), *(t['id'] for t in added)]) + 1
            model['vocab'] |= {b: first + i for i, b in enumerate(n for n in names if n not in model['vocab'])}
        else:
            model['vocab'] += [[b, -20.0] for b in names]

    def added(self, special, size):
        contents = [(s, i, True) for i, s in enumerate(special)]
        more = self.r.sample(['<mask>', '  ', 'New York', '\n\n', 'ing', '中文', 'é', '▁▁', '<|x|>', 'E'], self.r.randint(0, 4))
        contents += [(s, size + i, self.flag()) for i, s in enumerate(more)]
        flags = lambda: {key: self.r.random() < 0.3 for key in ('single_word', 'lstrip', 'rstrip', 'normalized')}
        return [{'id': i, 'content': s, 'special': kind} | flags() for s, i, kind in contents]

    def trained(self):
        special = self.r.choice([['[UNK]', '[CLS]', '[SEP]'], ['<unk>', '<s>', '</s>']])
        model, trainer = self.r.choice([self.bpe, self.bpe, self.bpe, self.word_piece, self.unigram, self.word_level])(special)
        parts = {'version': '1.0', 'truncation': None, 'padding': None, 'added_tokens': [], 'normalizer': self.unmapped(self.normalizer()),
                 'pre_tokenizer': self.pre_tokenizer(), 'post_processor': None, 'decoder': None, 'model': model}
        tokenizer = Tokenizer.from_str(json.dumps(parts))
        tokenizer.train_from_iterator(self.corpus(), trainer)
        whole = json.loads(tokenizer.to_str())
        kept = {k: model[k] for k in ('unk_token', 'fuse_unk', 'ignore_merges', 'dropout') if k in model and model['type'] == 'BPE'}
        whole['model'] |= kept
        whole['added_tokens'] = self.added(special, len(whole['model']['vocab']))
        if model['type'] in ('BPE', 'Unigram') and self.r.random() < 0.4:
            if model['type'] == 'Unigram':
                for token in whole['added_tokens'][len(special):]:
                    token['id'] += 256
            self.with_bytes(whole['model'], whole['added_tokens'])
        whole['post_processor'] = self.post_processor([(s, i) for i, s in enumerate(special)])
        whole['decoder'] = self.decoder()
        if self.r.random() < 0.2:
            whole['truncation'] = {'direction': 'Right', 'max_length': 8, 'strategy': 'LongestFirst', 'stride': 0}
            whole['padding'] = {'strategy': {'Fixed': 12}, 'direction': 'Right', 'pad_to_multiple_of': None, 'pad_id': 0, 'pad_type_id': 0, 'pad_token': special[0]}
        normalizer = Tokenizer.from_str(json.dumps(whole | {'added_tokens': [], 'post_processor': None})).normalizer
        seen = set()
        for token in whole['added_tokens']:
            content = token['content'] if normalizer is None else normalizer.normalize_str(token['content'])
            token['normalized'] = token['normalized'] and content != '' and content not in seen
            seen.add(content)
        tokenizer = Tokenizer.from_str(json.dumps(whole))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return whole, tokenizer


def main():
    a = argparse.ArgumentParser()
    a.add_argument('folder')
    a.add_argument('--seed', type=int, default=1)
    a.add_argument('--tokenizers', type=int, default=60)
    a.add_argument('--texts', type=int, default=8)
    a = a.parse_args()
    trainer = Trainer(a.folder, a.seed)
    out = []
    while len(out) < a.tokenizers:
        try:
            whole, tokenizer = trainer.trained()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a corpus of which nothing is left, or a panic
            print(f'not made: {str(error)[:150]}', file=sys.stderr)
            continue
        rows = []
        for _ in range(a.texts):
            text = trainer.text([t['content'] for t in whole['added_tokens']])
            pair = trainer.text([]) if trainer.r.random() < 0.15 else None
            try:
                rows.append(record(trainer, tokenizer, text, pair, trainer.r.random() < 0.85))
            except KeyboardInterrupt:
                raise
            except BaseException:  # the library panics at some texts
                continue
        packed = json.loads(json.dumps(whole).replace(json.dumps(trainer.map), '"@map"'))
        out.append({'tokenizer': packed, 'rows': rows})
    print(json.dumps(out, ensure_ascii=False))


main()
