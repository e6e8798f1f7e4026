/**
 * A view as it is seen, as one SVG file: its elements with the style that the page gives them, its canvases as pictures. Browsers draw it, and
 * from it the PNG; where a view has a figure of its own (the matrix, the difference) that one is sharper.
 */
import { escapeXml } from './svg.ts';

/** What an element's look needs beside its place in the page. */
const PROPERTIES =
  'align-items align-self background-color border-bottom-color border-bottom-style border-bottom-width border-collapse border-left-color border-left-style border-left-width border-radius border-right-color border-right-style border-right-width border-top-color border-top-style border-top-width box-sizing color column-gap columns display direction flex-basis flex-direction flex-grow flex-shrink flex-wrap font-family font-size font-style font-variant-numeric font-weight grid-column grid-row grid-template-columns grid-template-rows height justify-content letter-spacing line-height list-style-type margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width opacity outline-color outline-offset outline-style outline-width overflow-wrap overflow-x overflow-y padding-bottom padding-left padding-right padding-top position row-gap left top right bottom text-align text-decoration-color text-decoration-line text-decoration-thickness text-overflow text-transform text-underline-offset transform unicode-bidi vertical-align visibility white-space width'.split(
    ' ',
  );

/** What is for hands and screen readers only, and what lies over the view for a moment. */
const LEFT_OUT = 'vscode-button, vscode-dropdown, vscode-text-field, vscode-checkbox, .unseen, [popover], .tip, .saves, script';

export interface SeenParts {
  readonly title: string;
  readonly made: unknown;
  readonly foreground: string;
  readonly background: string;
}

const XHTML = 'http://www.w3.org/1999/xhtml';
const EDGE = 16;
const HEAD = 28;

/** The view in `root`, its title above it and what made it inside. What scrolls in it is shown whole. */
export function seenSvg(root: HTMLElement, { title, made, foreground, background }: SeenParts): string {
  const box = root.getBoundingClientRect();
  const long = longest(root);
  const [width, height] = [Math.ceil(box.width), Math.ceil(box.height + (long ? long.scrollHeight - long.clientHeight : 0))];
  const [wide, high] = [width + 2 * EDGE, height + HEAD + EDGE];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}">`,
    `<title>${escapeXml(title)}</title>`,
    `<metadata>${escapeXml(JSON.stringify(made))}</metadata>`,
    `<rect width="100%" height="100%" fill="${escapeXml(background)}"/>`,
    `<text x="${EDGE}" y="20" fill="${escapeXml(foreground)}" font-family="sans-serif" font-size="13" font-weight="600">${escapeXml(title)}</text>`,
    `<foreignObject x="${EDGE}" y="${HEAD}" width="${width}" height="${height}">${written(root, long)}</foreignObject>`,
    '</svg>',
  ].join('\n');
}

/** The element that scrolls furthest down, null where nothing does. Boxes whose canvas stays in place draw their own part. */
function longest(root: HTMLElement): HTMLElement | null {
  const hidden = (e: HTMLElement) => (e.querySelector(':scope > canvas.sticky') ? 0 : e.scrollHeight - e.clientHeight);
  const scrolls = (e: HTMLElement) => /auto|scroll/u.test(getComputedStyle(e).overflowY) && hidden(e) > 1;
  const all = [...root.querySelectorAll<HTMLElement>('*')].filter((e) => !e.matches(LEFT_OUT) && scrolls(e));
  return all.sort((a, b) => hidden(b) - hidden(a))[0] ?? null;
}

/** The element and all in it as XHTML, each with its look written on it. Text, not nodes: the page's policy forbids it nodes with a style of their own. */
function written(element: HTMLElement, long: HTMLElement | null, more = ''): string {
  const whole = long !== null && element.contains(long) ? ';height:auto;max-height:none;overflow:visible' : '';
  const begin = `${nameOf(element)} xmlns="${XHTML}" style="${escapeXml(styleOf(element) + whole + more)}"`;
  if (element instanceof HTMLCanvasElement)
    return `<${begin}${element.width * element.height > 0 ? ` src="${element.toDataURL()}"` : ''}/>`;
  const inside = [...element.childNodes].map((node) => {
    if (node instanceof Text) return escapeXml(node.data);
    if (!(node instanceof HTMLElement) || node.matches(LEFT_OUT) || !node.checkVisibility()) return '';
    return written(node, long, element === long ? '' : moved(node, element));
  });
  return `<${begin}>${inside.join('')}</${nameOf(element)}>`;
}

/** A picture does not scroll: what was scrolled away is moved away. */
function moved(node: HTMLElement, { scrollTop, scrollLeft }: HTMLElement): string {
  const stays = (scrollTop === 0 && scrollLeft === 0) || getComputedStyle(node).position === 'sticky';
  return stays ? '' : `;transform:translate(${-scrollLeft}px,${-scrollTop}px)`;
}

/** Canvases are pictures; buttons, sections and the toolkit's elements are boxes: a picture has nothing to press. */
function nameOf({ localName }: HTMLElement): string {
  if (localName === 'canvas') return 'img';
  return /^(vscode-|button$|details$|summary$|section$|input$)/u.test(localName) ? 'div' : localName;
}

function styleOf(element: HTMLElement): string {
  const style = getComputedStyle(element);
  // Nothing scrolls in a picture.
  return PROPERTIES.map(
    (name) => `${name}:${style.getPropertyValue(name).replace(/^(auto|scroll)$/u, name.startsWith('overflow') ? 'hidden' : '$1')}`,
  ).join(';');
}
