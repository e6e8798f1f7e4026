import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Piece, TrackedText } from '../../../extension/text/tracked.ts';
import type { Token } from '../../../model/protocol/panel.ts';

const token = (start: number, end: number): Token => ({ id: 1, piece: '', start, end, special: end === start, word: null, segment: 0 });

/** A document that is edited as VS Code reports it. */
class Document {
  constructor(public text: string) {}
  readonly read = (start: number, end: number) => this.text.slice(start, end);
  replace(tracked: TrackedText, start: number, length: number, inserted: string): void {
    this.text = this.text.slice(0, start) + inserted + this.text.slice(start + length);
    tracked.edit([{ start, length, inserted: inserted.length }], this.read);
  }
}

/** The words of `text[from, to)` as tokens of a run over that stretch. */
function track(document: Document, ...stretches: [number, number][]): { tracked: TrackedText; words: (number: number) => string | null } {
  const pieces: Piece[] = [];
  let text = '';
  for (const [from, to] of stretches) {
    if (text !== '') text += '\n';
    pieces.push({ textStart: text.length, start: from, length: to - from });
    text += document.text.slice(from, to);
  }
  const tokens = [...text.matchAll(/\S+/g)].map((match) => token(match.index, match.index + match[0].length));
  const tracked = new TrackedText(text, pieces, tokens);
  const words = (number: number) => {
    const range = tracked.rangeOf(number);
    return range ? document.text.slice(range.start, range.end) : null;
  };
  return { tracked, words };
}

describe('tokens in an edited document', () => {
  test('text typed before the run moves every range and leaves the run valid', () => {
    const document = new Document('xx The keys are here. yy');
    const { tracked, words } = track(document, [3, 21]);
    document.replace(tracked, 0, 0, 'a longer beginning ');
    assert.equal(tracked.stale, false);
    assert.deepEqual([0, 1, 2, 3].map(words), ['The', 'keys', 'are', 'here.']);
  });

  test('text typed at either border stays outside', () => {
    const document = new Document('The keys');
    const { tracked, words } = track(document, [0, 8]);
    document.replace(tracked, 8, 0, ' and more');
    document.replace(tracked, 0, 0, 'So: ');
    assert.equal(tracked.stale, false);
    assert.deepEqual([words(0), words(1)], ['The', 'keys']);
    assert.deepEqual(tracked.spans, [{ start: 4, end: 12 }]);
  });

  test('an edit inside makes the run stale, loses the touched token and keeps the others in place', () => {
    const document = new Document('The keys to the cabinet');
    const { tracked, words } = track(document, [0, 23]);
    document.replace(tracked, 5, 2, 'EEEE');
    assert.equal(tracked.stale, true);
    assert.deepEqual([0, 1, 2, 3, 4].map(words), ['The', null, 'to', 'the', 'cabinet']);
    assert.deepEqual(tracked.spans, [{ start: 0, end: 25 }]);
  });

  test('undo makes it valid again, with every token', () => {
    const document = new Document('The keys to the cabinet');
    const { tracked, words } = track(document, [0, 23]);
    document.replace(tracked, 5, 2, 'EEEE');
    document.replace(tracked, 5, 4, 'ey');
    assert.equal(tracked.stale, false);
    assert.deepEqual([0, 1, 2, 3, 4].map(words), ['The', 'keys', 'to', 'the', 'cabinet']);
  });

  test('undo after everything was deleted, too', () => {
    const document = new Document('ab The keys cd');
    const { tracked, words } = track(document, [3, 11]);
    document.replace(tracked, 3, 8, '');
    assert.equal(tracked.stale, true);
    document.replace(tracked, 3, 0, 'The keys');
    assert.equal(tracked.stale, false);
    assert.deepEqual([words(0), words(1)], ['The', 'keys']);
  });

  test('several edits at once count one after the other', () => {
    const document = new Document('one two three');
    const { tracked, words } = track(document, [4, 13]);
    // VS Code reports from the end to the beginning.
    document.text = '1 two three!!';
    tracked.edit(
      [
        { start: 13, length: 0, inserted: 2 },
        { start: 0, length: 3, inserted: 1 },
      ],
      document.read,
    );
    assert.equal(tracked.stale, false);
    assert.deepEqual([words(0), words(1)], ['two', 'three']);
  });

  test('several selections: each token stands in its own stretch', () => {
    const document = new Document('one two; three four');
    const { tracked, words } = track(document, [4, 7], [15, 19]);
    assert.equal(tracked.text, 'two\nfour');
    assert.deepEqual([words(0), words(1)], ['two', 'four']);
    document.replace(tracked, 7, 1, '   ');
    assert.equal(tracked.stale, false);
    assert.deepEqual([words(0), words(1)], ['two', 'four']);
  });
});

describe('the token at a place', () => {
  test('is the one that covers it, else the one that ends there, else none', () => {
    const document = new Document('The  keys');
    const { tracked } = track(document, [0, 9]);
    assert.equal(tracked.tokenAt(0), 0);
    assert.equal(tracked.tokenAt(3), 0);
    assert.equal(tracked.tokenAt(4), null);
    assert.equal(tracked.tokenAt(5), 1);
    assert.equal(tracked.tokenAt(9), 1);
  });

  test('the blank that a vocabulary counts to the word after it is not part of what is shown', () => {
    const tokens = [token(0, 3), token(3, 8), token(8, 10)];
    const tracked = new TrackedText('The keys  ', [{ textStart: 0, start: 0, length: 10 }], tokens);
    assert.deepEqual(tracked.rangeOf(1), { start: 4, end: 8 });
    assert.equal(tracked.tokenAt(3), 0);
    assert.equal(tracked.tokenAt(4), 1);
    assert.deepEqual(tracked.rangeOf(2), { start: 8, end: 10 });
  });

  test('special tokens stand nowhere', () => {
    const tracked = new TrackedText('a', [{ textStart: 0, start: 0, length: 1 }], [token(0, 0), token(0, 1)]);
    assert.equal(tracked.rangeOf(0), null);
    assert.equal(tracked.tokenAt(0), 1);
  });
});
