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

/** The view in `root`, its title above it and what made it inside. */
export function seenSvg(root: HTMLElement, { title, made, foreground, background }: SeenParts): string {
  const { width, height } = root.getBoundingClientRect();
  const [wide, high] = [Math.ceil(width) + 2 * EDGE, Math.ceil(height) + HEAD + EDGE];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}">`,
    `<title>${escapeXml(title)}</title>`,
    `<metadata>${escapeXml(JSON.stringify(made))}</metadata>`,
    `<rect width="100%" height="100%" fill="${escapeXml(background)}"/>`,
    `<text x="${EDGE}" y="20" fill="${escapeXml(foreground)}" font-family="sans-serif" font-size="13" font-weight="600">${escapeXml(title)}</text>`,
    `<foreignObject x="${EDGE}" y="${HEAD}" width="${Math.ceil(width)}" height="${Math.ceil(height)}">${written(root, '')}</foreignObject>`,
    '</svg>',
  ].join('\n');
}

/** The element and all in it as XHTML, each with its look written on it. Text, not nodes: the page's policy forbids it nodes with a style of their own. */
function written(element: HTMLElement, more: string): string {
  const begin = `${nameOf(element)} xmlns="${XHTML}" style="${escapeXml(styleOf(element) + more)}"`;
  if (element instanceof HTMLCanvasElement)
    return `<${begin}${element.width * element.height > 0 ? ` src="${element.toDataURL()}"` : ''}/>`;
  const { scrollTop, scrollLeft } = element;
  const inside = [...element.childNodes].map((node) => {
    if (node instanceof Text) return escapeXml(node.data);
    if (!(node instanceof HTMLElement) || node.matches(LEFT_OUT)) return '';
    // A picture does not scroll: what was scrolled away is moved away.
    const moved = (scrollTop > 0 || scrollLeft > 0) && getComputedStyle(node).position !== 'sticky';
    return written(node, moved ? `;transform:translate(${-scrollLeft}px,${-scrollTop}px)` : '');
  });
  return `<${begin}>${inside.join('')}</${nameOf(element)}>`;
}

/** Canvases are pictures; buttons, sections and the toolkit's elements are boxes: a picture has nothing to press. */
function nameOf({ localName }: HTMLElement): string {
  if (localName === 'canvas') return 'img';
  return /^(vscode-|button$|details$|summary$|section$|input$)/u.test(localName) ? 'div' : localName;
}

function styleOf(element: HTMLElement): string {
  const style = getComputedStyle(element);
  return PROPERTIES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(';');
}
