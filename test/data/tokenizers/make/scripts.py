"""Writes model/text/unicode/scripts.ts: the scripts that the Rust library's UnicodeScripts tells apart, found by asking it (tokenizers 0.23.3).

Two characters are of one script if they are not cut apart; a character that is cut from neither `a` nor `α` is of none ("Any").
usage: python scripts.py > ../../../../model/text/unicode/scripts.ts
"""
from tokenizers.pre_tokenizers import UnicodeScripts

cut = UnicodeScripts()


def together(a, b):
    return len(cut.pre_tokenize_str(chr(a) + chr(b))) == 1


def main():
    examples = []  # one character a script
    runs = []
    script = None
    for c in range(0x110000):
        if 0xD800 <= c < 0xE000:
            continue
        if together(0x61, c) and together(0x3B1, c):
            script = None
            continue
        if script is None or not together(examples[script], c):
            script = next((i for i, e in enumerate(examples) if together(e, c)), None)
            if script is None:
                examples.append(c)
                script = len(examples) - 1
        if runs and runs[-1][2] == script and runs[-1][1] == c - 1:
            runs[-1][1] = c
        else:
            runs.append([c, c, script])
    print('/**')
    print(' * Scripts as the Rust library\'s UnicodeScripts tells them apart (release 0.23): for each run of characters the distance of its first from the last of the')
    print(' * run before, its length less one, and the number of its script, in base 36. Characters in no run are of no script.')
    print(' * Made by test/data/tokenizers/make/scripts.py.')
    print(' */')
    print('export const SCRIPTS =')
    words, last = [], 0
    for first, end, script in runs:
        words += [base36(first - last), base36(end - first), base36(script)]
        last = end
    text = ' '.join(words)
    lines = [text[i:i + 130] for i in range(0, len(text), 130)]
    for i, line in enumerate(lines):
        print(f"  '{line}'" + (' +' if i < len(lines) - 1 else ';'))


def base36(n):
    digits = ''
    while True:
        digits = '0123456789abcdefghijklmnopqrstuvwxyz'[n % 36] + digits
        n //= 36
        if n == 0:
            return digits


main()
