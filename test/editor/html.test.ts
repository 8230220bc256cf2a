import assert from 'node:assert/strict';
import { page } from '../../src/editor/html.ts';

const made = page({
  cspSource: 'https://*.vscode-cdn.net',
  script: 'https://x.vscode-cdn.net/dist/webview.js?a=1&b="2"',
  styles: ['https://x.vscode-cdn.net/dist/webview.css'],
  language: 'de"><script>alert(1)</script>',
  title: '<b>',
  nonce: 'bm9uY2U',
});

describe("the webview's page", () => {
  it('allows nothing but its own files and what carries the nonce', () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(made)!;
    assert.deepEqual(
      Object.fromEntries(
        policy.split('; ').map(rule => [rule.slice(0, rule.indexOf(' ')), rule.slice(rule.indexOf(' ') + 1)]),
      ),
      {
        'default-src': "'none'",
        'img-src': 'https://*.vscode-cdn.net',
        'font-src': 'https://*.vscode-cdn.net',
        'style-src': "https://*.vscode-cdn.net 'nonce-bm9uY2U'",
        'script-src': "'nonce-bm9uY2U'",
      },
    );
    assert.doesNotMatch(policy, /unsafe/);
  });

  it('tells the control toolkit the nonce', () => {
    assert.match(made, /<meta property="csp-nonce" content="bm9uY2U">/);
  });

  it('has one script, by its address and with the nonce', () => {
    assert.deepEqual(made.match(/<script.*<\/script>/g), [
      '<script src="https://x.vscode-cdn.net/dist/webview.js?a=1&amp;b=&quot;2&quot;" nonce="bm9uY2U"></script>',
    ]);
    assert.doesNotMatch(made, / (style|on\w+)=/);
  });

  it('escapes what it is given', () => {
    assert.match(made, /<html lang="de&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;">/);
    assert.match(made, /<title>&lt;b&gt;<\/title>/);
  });
});
