"""Random pipelines on random Unicode: what the Rust library says about combinations that no family has.

usage: python combinations.py FOLDER [--seed 1] [--pipelines 140] [--texts 10] | node pack-combinations.mjs
FOLDER is the one that make.py and variants.py wrote. Needs the package tokenizers (0.23.3 here); downloads nothing.

A pipeline is a family's model under other components: {family, parts, rows}. `"@map"` stands for xlm-roberta's character map.
Left out, as the library itself is not of one mind there: added tokens that become equal or empty by normalization (the order of a hash map decides, or it
aborts), and texts at which it aborts.
"""
import argparse
import glob
import json
import os
import random
import unicodedata

from tokenizers import Tokenizer

BLOCKS = [(0x20, 0x7E), (0xA0, 0x17F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x620, 0x670), (0x900, 0x97F), (0xE00, 0xE5B),
          (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x218F), (0x3000, 0x30FF), (0x4E00, 0x4E50), (0xAC00, 0xAC80), (0xF900, 0xFAFF),
          (0xFB00, 0xFB50), (0xFE00, 0xFE2F), (0xFF00, 0xFFFF), (0x1D400, 0x1D7FF), (0x1F1E6, 0x1F6FF), (0x2F800, 0x2FA1D), (0xE0000, 0xE01EF),
          (0x0, 0x1F), (0x7F, 0x9F), (0x1E900, 0x1E95F), (0x10400, 0x1044F), (0x1C80, 0x1C8A), (0xA7C0, 0xA7DF)]
PHRASES = ["'s", "'LL", "don't", '1234567', '½ﬁ', 'e\u0301', 'é\u0323', 'İI', 'ΣΑΣ', '각', '각', 'ａ\u0301', 'か\u3099', '👩‍👩‍👧', '🇩🇪🇫', '\0', '\ufffd', '...', " . ", "``x''"]
SPACES = ' \t\n\r\u3000\u00a0\u0085\u2028\u200b\u200d\ufeff\u1680▁Ġ'
ASSIGNED = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ('Cs', 'Cn')]
MARKS = [c for c in ASSIGNED if unicodedata.category(chr(c))[0] == 'M']
BEHAVIOURS = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']
STRINGS = [' ', 'e', 'the', '▁', '中', '``']
LLAMA3 = r"(?i:'s|'t|'re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
REGEXES = [r'\s+', r'\p{L}+|\d', r'\s{2,}|[\n\r\t]', r'\w+', r'[^\s]+', r'\p{N}{1,3}', r'^.', r'a*', LLAMA3, O200K, r'[\p{P}\p{S}]', r'\p{Lu}', r'[A-Z]?[a-z]+',
           r'\b', r'.', r'\d{2}', r'[一-龥぀-ゟ゠-ヿ]+', r' ?[^(\s|[.,!?…。，、।۔،])]+', r'(?=(\d{3})+(?!\d))']


class Maker:
    def __init__(self, folder, seed):
        self.r = random.Random(seed)
        self.folder = folder
        self.families = [os.path.basename(os.path.dirname(p)) for p in sorted(glob.glob(folder + '/*/tokenizer.json')) if 'unicode-scripts' not in p]
        rows = [json.loads(line)['text'] for f in ('gpt2', 'variant-nmt') for line in open(f'{folder}/{f}/oracle.jsonl', encoding='utf-8')]
        self.lines = [t for t in rows if 0 < len(t) < 400]
        self.map = self.load('xlm-roberta')['normalizer']['precompiled_charsmap']

    def load(self, family):
        return json.load(open(f'{self.folder}/{family}/tokenizer.json', encoding='utf-8'))

    def flag(self):
        return self.r.random() < 0.5

    def char(self):
        k = self.r.random()
        if k < 0.35:
            return chr(self.r.randrange(0x20, 0x7F))
        if k < 0.45:
            return self.r.choice(SPACES)
        if k < 0.55:
            return chr(self.r.choice(MARKS))
        if k < 0.75:
            return chr(self.r.choice(ASSIGNED))
        first, last = self.r.choice(BLOCKS)
        return chr(self.r.randint(first, last))

    def stretch(self, added):
        k = self.r.random()
        if k < 0.4:
            return ''.join(self.char() for _ in range(self.r.randint(1, 20)))
        if k < 0.65:
            line = self.r.choice(self.lines)
            at = self.r.randrange(len(line))
            return line[at:at + self.r.randint(1, 40)]
        if k < 0.8 and added:
            return self.r.choice(['', ' ', '  ', 'a', '\t', '▁']) + self.r.choice(added) + self.r.choice(['', ' ', '\n', 'b', 'é'])
        if k < 0.87:
            return self.r.choice([' ', '  ', '\t', '\r\n', '\n\n', '\u3000']) * self.r.randint(1, 4)
        return self.r.choice(PHRASES)

    def text(self, added):
        return ''.join(self.stretch(added) for _ in range(self.r.randint(1, 5)))

    def pattern(self):
        return {'String': self.r.choice(STRINGS)} if self.r.random() < 0.25 else {'Regex': self.r.choice(REGEXES)}

    def normalizer(self, depth=0):
        kinds = ['BertNormalizer', 'NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Strip', 'Prepend', 'Nmt', 'Precompiled', 'ByteLevel', 'Replace']
        kind = self.r.choice(kinds + ([None, 'Sequence', 'Sequence', 'Sequence'] if depth == 0 else []))
        if kind is None:
            return None
        options = {
            'BertNormalizer': lambda: {'clean_text': self.flag(), 'handle_chinese_chars': self.flag(), 'strip_accents': self.r.choice([None, True, False]), 'lowercase': self.flag()},
            'Strip': lambda: {'strip_left': self.flag(), 'strip_right': self.flag()},
            'Prepend': lambda: {'prepend': self.r.choice(['▁', '<<', 'x'])},
            'Precompiled': lambda: {'precompiled_charsmap': '@map'},
            'Replace': lambda: {'pattern': self.pattern(), 'content': self.r.choice(['▁', ' ', '', 'abc', '"', '中中'])},
            'Sequence': lambda: {'normalizers': [self.normalizer(1) for _ in range(self.r.randint(1, 4))]},
        }
        return {'type': kind} | options.get(kind, dict)()

    def pre_tokenizer(self, depth=0):
        kinds = ['BertPreTokenizer', 'ByteLevel', 'ByteLevel', 'Metaspace', 'Metaspace', 'Whitespace', 'WhitespaceSplit', 'Punctuation', 'Digits', 'Split', 'Split',
                 'CharDelimiterSplit', 'FixedLength']
        kind = self.r.choice(kinds + ([None, 'Sequence', 'Sequence'] if depth == 0 else []))
        if kind is None:
            return None
        options = {
            'ByteLevel': lambda: {'add_prefix_space': self.flag(), 'trim_offsets': self.flag(), 'use_regex': self.r.random() < 0.7},
            'Metaspace': lambda: {'replacement': '▁', 'prepend_scheme': self.r.choice(['always', 'first', 'never']), 'split': self.flag()},
            'Punctuation': lambda: {'behavior': self.r.choice(BEHAVIOURS)},
            'Digits': lambda: {'individual_digits': self.flag()},
            'Split': lambda: {'pattern': self.pattern(), 'behavior': self.r.choice(BEHAVIOURS), 'invert': self.flag()},
            'CharDelimiterSplit': lambda: {'delimiter': self.r.choice(['e', ' ', '▁', '中'])},
            'FixedLength': lambda: {'length': self.r.randint(1, 6)},
            'Sequence': lambda: {'pretokenizers': [self.pre_tokenizer(1) for _ in range(self.r.randint(1, 3))]},
        }
        return {'type': kind} | options.get(kind, dict)()

    def post_processor(self, special):
        a, b = special[0], special[-1]
        space = {'add_prefix_space': self.flag(), 'trim_offsets': self.flag()}
        place = lambda name, type_id, kind='SpecialToken': {kind: {'id': name, 'type_id': type_id}}
        template = {
            'type': 'TemplateProcessing',
            'single': [place(a[0], 0), place('A', 0, 'Sequence'), place(b[0], 2)],
            'pair': [place('B', 1, 'Sequence'), place(b[0], 1), place('A', 0, 'Sequence')],
            'special_tokens': {x[0]: {'id': x[0], 'ids': [x[1]], 'tokens': [x[0]]} for x in (a, b)},
        }
        level = {'type': 'ByteLevel', 'use_regex': True} | space
        ends = {'sep': list(b), 'cls': list(a)}
        return self.r.choice([None, level, {'type': 'BertProcessing'} | ends, {'type': 'RobertaProcessing'} | ends | space, template,
                              {'type': 'Sequence', 'processors': [level, template]}])

    def decoder(self):
        replace = {'type': 'Replace', 'pattern': {'String': '▁'}, 'content': ' '}
        strip = {'type': 'Strip', 'content': self.r.choice([' ', 'e']), 'start': self.r.choice([0, 1, 3]), 'stop': self.r.choice([0, 2])}
        return self.r.choice([
            None, {'type': 'ByteLevel', 'add_prefix_space': True, 'trim_offsets': True, 'use_regex': True},
            {'type': 'WordPiece', 'prefix': '##', 'cleanup': self.flag()}, {'type': 'BPEDecoder', 'suffix': '</w>'},
            {'type': 'Metaspace', 'replacement': '▁', 'prepend_scheme': self.r.choice(['always', 'first', 'never']), 'split': True},
            {'type': 'CTC', 'pad_token': '<pad>', 'word_delimiter_token': '|', 'cleanup': self.flag()},
            {'type': 'Sequence', 'decoders': [replace, {'type': 'ByteFallback'}, {'type': 'Fuse'}, strip]},
            {'type': 'Sequence', 'decoders': [{'type': 'ByteFallback'}, strip]},
            {'type': 'Replace', 'pattern': self.pattern(), 'content': self.r.choice(['', 'x'])},
        ])

    def model_flags(self, model, added):
        kind = model['type']
        if kind == 'WordPiece':
            return {'max_input_chars_per_word': self.r.choice([100, 8])}
        if kind == 'Unigram':
            return {'byte_fallback': self.flag()}
        if kind != 'BPE':
            return {}
        unknown = added[0]['content'] if added[0]['content'] in model['vocab'] else None
        return {'fuse_unk': self.flag(), 'byte_fallback': self.flag(), 'ignore_merges': self.flag(), 'unk_token': self.r.choice([None, unknown])}

    def unmapped(self, part):
        return json.loads(json.dumps(part).replace('"@map"', json.dumps(self.map)))

    def pipeline(self):
        family = self.r.choice(self.families)
        base = self.load(family)
        added = base['added_tokens']
        special = self.r.sample([(a['content'], a['id']) for a in added], min(2, len(added)))
        parts = {'normalizer': self.normalizer(), 'pre_tokenizer': self.pre_tokenizer(), 'post_processor': self.post_processor(special), 'decoder': self.decoder()}
        flags = self.model_flags(base['model'], added)
        whole = base | self.unmapped(parts)
        whole['model'] = base['model'] | flags
        normalizer = Tokenizer.from_str(json.dumps(whole | {'added_tokens': [], 'post_processor': None})).normalizer
        seen = set()
        for token in added:
            for key in ('single_word', 'lstrip', 'rstrip', 'normalized'):
                token[key] = self.r.random() < 0.3
            content = token['content'] if normalizer is None else normalizer.normalize_str(token['content'])
            token['normalized'] = token['normalized'] and content != '' and content not in seen
            seen.add(content)
        tokenizer = Tokenizer.from_str(json.dumps(whole))
        return family, parts, flags, added, tokenizer


def utf16(text):
    at, out = 0, [0]
    for ch in text:
        at += 1 + (ord(ch) > 0xFFFF)
        out.append(at)
    return out


def record(maker, t, text, pair, specials):
    e = t.encode(text, pair, add_special_tokens=specials) if pair is not None else t.encode(text, add_special_tokens=specials)
    maps = [utf16(text), utf16(pair or '')]
    offsets = [[maps[e.sequence_ids[i] == 1][k] for k in range_] for i, range_ in enumerate(e.offsets)]
    ids = [maker.r.randrange(t.get_vocab_size()) for _ in range(maker.r.randint(1, 12))]
    row = {'text': text} | ({} if pair is None else {'pair': pair, 'sequence_ids': e.sequence_ids})
    return row | {'ids': e.ids, 'tokens': e.tokens, 'offsets_utf16': offsets, 'special_mask': e.special_tokens_mask, 'word_ids': e.word_ids,
                  'type_ids': e.type_ids, 'specials': specials, 'decoded': t.decode(e.ids, skip_special_tokens=False),
                  'skipped': t.decode(e.ids, skip_special_tokens=True), 'random_ids': ids, 'random_decoded': t.decode(ids, skip_special_tokens=False)}


def main():
    a = argparse.ArgumentParser()
    a.add_argument('folder')
    a.add_argument('--seed', type=int, default=1)
    a.add_argument('--pipelines', type=int, default=140)
    a.add_argument('--texts', type=int, default=10)
    a = a.parse_args()
    maker = Maker(a.folder, a.seed)
    out = []
    while len(out) < a.pipelines:
        family, parts, flags, added, tokenizer = maker.pipeline()
        rows = []
        for _ in range(a.texts):
            text = maker.text([t['content'] for t in added])
            pair = maker.text([]) if maker.r.random() < 0.15 else None
            try:
                rows.append(record(maker, tokenizer, text, pair, maker.r.random() < 0.85))
            except KeyboardInterrupt:
                raise
            except BaseException:  # the library panics at some texts
                continue
        out.append({'family': family, 'parts': parts | {'added_tokens': added}, 'model': flags, 'rows': rows})
    print(json.dumps(out, ensure_ascii=False))


if __name__ == '__main__':
    main()
