import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPicturePath, picturePathAt } from '../../../extension/images/path.ts';

/** The path found with the cursor on the letter before `|`. */
function at(marked: string): string | null {
  const column = marked.indexOf('|');
  return picturePathAt(marked.replace('|', ''), column);
}

describe('a path to a picture under the cursor', () => {
  it('is found in Markdown, anywhere on its link', () => {
    assert.equal(at('see ![a st|ar](img/star.png) and'), 'img/star.png');
    assert.equal(at('see ![a star](img/st|ar.png "title") and'), 'img/star.png');
    assert.equal(at('[text](<my pictures/a| b.JPG>)'), 'my pictures/a b.JPG');
    assert.equal(at('![](a%20|b.webp)'), 'a b.webp');
    assert.equal(at('![](plot_(1)|.png)'), 'plot_(1).png');
    assert.equal(at('[one]: ../o|ne.gif'), '../one.gif');
  });

  it('is found in HTML, whatever the quotes', () => {
    assert.equal(at('<p><img alt="x" src="a/b.p|ng?v=2"></p>'), 'a/b.png');
    assert.equal(at("<img src='c.b|mp'>"), 'c.bmp');
    assert.equal(at('<img src=d.j|peg width=3>'), 'd.jpeg');
  });

  it('is not found beside the link, for other files, or for addresses elsewhere', () => {
    assert.equal(at('se|e ![a](a.png) and'), null);
    assert.equal(at('see ![a](a.png) an|d'), null);
    assert.equal(at('[te|xt](readme.md)'), null);
    assert.equal(at('![x](https://example.com/a.p|ng)'), null);
    assert.equal(at('![x](data:image/png;base64,a.p|ng)'), null);
    assert.equal(at('plain a.p|ng'), null);
  });

  it('of two on a line the one under the cursor counts', () => {
    assert.equal(at('![](a.png) ![](b|.png)'), 'b.png');
    assert.equal(at('![](a|.png) ![](b.png)'), 'a.png');
  });

  it('takes a percent sign that is no escape as itself', () => assert.equal(at('![](100%|.png)'), '100%.png'));
});

it('pictures are told by their ending', () => {
  for (const name of ['a.png', 'b.JPG', 'c.jpeg', 'd.webp', 'e.gif', 'f.bmp']) assert.ok(isPicturePath(name), name);
  for (const name of ['a.svg', 'png', 'a.png.txt', 'a.onnx']) assert.ok(!isPicturePath(name), name);
});
