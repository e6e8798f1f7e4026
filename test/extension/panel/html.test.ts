import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNonce, page, policy } from '../../../extension/panel/html.ts';

const parts = { cspSource: 'https://*.vscode-cdn.net', nonce: 'n0', script: 'https://a/main.js?x="&y', style: 'https://a/main.css' };

test('the policy lets nothing in but our own files, and no script without the nonce or our folder', () => {
  const rules = Object.fromEntries(
    policy(parts)
      .split('; ')
      .map((rule) => [rule.split(' ')[0]!, rule.split(' ').slice(1)]),
  );
  assert.deepEqual(rules['default-src'], ["'none'"]);
  assert.deepEqual(rules['script-src'], [parts.cspSource, "'nonce-n0'", "'wasm-unsafe-eval'", 'blob:']);
  assert.deepEqual(rules['connect-src'], [parts.cspSource, 'blob:', 'data:']);
  for (const values of Object.values(rules))
    assert.ok(
      !values.some((value) => /unsafe-inline|unsafe-eval'|^https:$|^\*$/.test(value) && value !== "'wasm-unsafe-eval'"),
      values.join(' '),
    );
});

test('the page holds no inline script, no inline style and no data', () => {
  const html = page(parts);
  const scripts = [...html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)];
  assert.equal(scripts.length, 1);
  assert.equal(scripts[0]![2], '');
  assert.match(scripts[0]![1]!, /nonce="n0" src="https:\/\/a\/main\.js\?x=&quot;&amp;y"/);
  assert.doesNotMatch(html, /<style|style=|onload|javascript:/);
});

test('a nonce is 128 bits and never the same', () => {
  const nonces = new Set(Array.from({ length: 100 }, makeNonce));
  assert.equal(nonces.size, 100);
  for (const nonce of nonces) assert.match(nonce, /^[0-9a-f]{32}$/);
});
