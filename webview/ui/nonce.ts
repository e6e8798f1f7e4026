/**
 * Tells the toolkit the page's nonce, in the way it expects: without it, its question whether the browser knows `:focus-visible` is refused by
 * the content security policy, and every click would leave a focus ring. Imported before the toolkit.
 */
const script = document.querySelector<HTMLScriptElement>('script[nonce]');
if (script?.nonce) {
  const meta = document.createElement('meta');
  meta.setAttribute('property', 'csp-nonce');
  meta.content = script.nonce;
  document.head.append(meta);
}
