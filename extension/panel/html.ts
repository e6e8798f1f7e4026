/** The page of the panel: no data in it, one script, one style sheet, and what they may do. */

export interface PageParts {
  /** `webview.cspSource`. */
  readonly cspSource: string;
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
}

/** The content security policy: nothing from outside; scripts by nonce and from our own folder, the engine's worker from a `blob:`. */
export function policy({ cspSource, nonce }: PageParts): string {
  return [
    "default-src 'none'",
    `script-src ${cspSource} 'nonce-${nonce}' 'wasm-unsafe-eval' blob:`,
    'worker-src blob:',
    `connect-src ${cspSource} blob: data:`,
    `img-src ${cspSource} data: blob:`,
    // The nonce is for one empty <style>: the toolkit asks with it whether the browser knows :focus-visible.
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
  ].join('; ');
}

/** Text as it stands in an element or between the quotes of an attribute. */
export const escapeHtml = (text: string): string => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

export function page(parts: PageParts): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy(parts))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Headlight</title>
<link rel="stylesheet" href="${escapeHtml(parts.style)}">
</head>
<body>
<div id="root"></div>
<script type="module" nonce="${escapeHtml(parts.nonce)}" src="${escapeHtml(parts.script)}"></script>
</body>
</html>
`;
}

/** 128 random bits as hexadecimal digits. */
export function makeNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
