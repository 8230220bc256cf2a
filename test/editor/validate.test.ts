import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FromWebview } from '../../src/editor/protocol.ts';
import { validate } from '../../src/editor/validate.ts';

const window = { order: 'file', firstRow: 0, rowCount: 45, bytesPerRow: 16 } as const;

/** One of each kind that the webview sends. */
const GOOD: readonly FromWebview[] = [
  { type: 'window', id: 1, ask: window },
  { type: 'window', id: 2, ask: { ...window, order: 'address', firstRow: 402_653_184, rowCount: 0, bytesPerRow: 64 } },
  { type: 'rowOf', id: 3, ask: { order: 'file', offset: 2 ** 33, bytesPerRow: 1 } },
  { type: 'offsetOfRow', id: 4, ask: { order: 'address', row: 7, bytesPerRow: 16 } },
  { type: 'goTo', id: 5, ask: { text: '0x7f0000001000', from: 0 } },
  { type: 'inspect', id: 6, ask: { offset: Number.MAX_SAFE_INTEGER } },
  { type: 'clusters', id: 7, ask: { first: 0, count: 100 } },
  { type: 'members', id: 8, ask: { cluster: 3, first: 1_000_000, count: 100 } },
  { type: 'setBase', id: 9, ask: { base: '0x7f0000000000' } },
  { type: 'openTogether', id: 18, ask: {} },
  { type: 'decodeSds', id: 10, ask: { offset: 17 } },
  { type: 'ready' },
  { type: 'cursor', offset: 4, start: 2, end: 6, order: 'file' },
  { type: 'cancelAnalysis' },
  { type: 'startAnalysis' },
  { type: 'removeAnnotation', annotation: '3f0a52ea-7a63-4a25-a0a6-3b1f2f1b8c11' },
  { type: 'command', command: 'exportMarkdown' },
  { type: 'command', command: 'whyAlive' },
  { type: 'command', command: 'showReferences' },
  { type: 'trouble', message: 'TypeError: x is undefined' },
];

describe('messages from the webview', () => {
  for (const message of GOOD) {
    it(`are taken as they are: ${JSON.stringify(message)}`, () => {
      assert.deepEqual(validate(message), { valid: true, message });
    });
  }

  for (const [what, ask] of Object.entries<object>({
    'a negative row': { ...window, firstRow: -1 },
    'a fraction of a row': { ...window, firstRow: 0.5 },
    'a row beyond 53 bits': { ...window, firstRow: 2 ** 53 },
    'no number': { ...window, firstRow: Number.NaN },
    'infinitely many rows': { ...window, rowCount: Number.POSITIVE_INFINITY },
    'more rows than a screen has': { ...window, rowCount: 1_000_000 },
    'rows without bytes': { ...window, bytesPerRow: 0 },
    'rows too wide': { ...window, bytesPerRow: 65 },
    'an unknown order': { ...window, order: 'constructor' },
    'digits for a number': { ...window, firstRow: '0' },
    'a key too many': { ...window, path: '/etc/passwd' },
    'a key too few': { order: 'file', firstRow: 0, rowCount: 1 },
  })) {
    it(`are refused with ${what}`, () => {
      const result = validate({ type: 'window', id: 77, ask });
      assert.ok(!result.valid);
      assert.equal(result.id, 77, 'the question still gets its answer');
      assert.match(result.reason, /^ask/);
    });
  }

  for (const message of [
    undefined,
    null,
    7,
    'ready',
    [],
    { type: 'unknown' },
    { type: 'toString' },
    { type: '__proto__' },
    { type: 'ready', extra: 1 },
    { type: 'window' },
    { type: 'window', id: -1, ask: window },
    { type: 'goTo', id: 1, ask: { text: 'x'.repeat(5000), from: 0 } },
    { type: 'goTo', id: 1, ask: { text: ['0x10'], from: 0 } },
    { type: 'members', id: 1, ask: { cluster: 0, first: 0, count: 100_000 } },
    { type: 'cursor', offset: 1, start: 6, end: 2, order: 'file' },
    { type: 'command', command: 'workbench.action.terminal.new' },
    { type: 'command', command: 'openDump' },
    { type: 'removeAnnotation', annotation: { toString: () => 'a' } },
  ]) {
    it(`are refused: ${JSON.stringify(message)?.slice(0, 80)}`, () => {
      const result = validate(message);
      assert.ok(!result.valid);
      assert.ok(result.reason.length > 3);
    });
  }

  it('are refused without an exception, whatever they are', () => {
    fc.assert(fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), value => void validate(value)));
  });

  it('are refused when one number in them is spoilt', () => {
    const spoilt = fc.constantFrom<unknown>(-1, 0.1, Number.NaN, 2 ** 60, '1', null, undefined, {}, [], 1n, true);
    const questions = GOOD.filter(message => 'ask' in message);
    fc.assert(
      fc.property(fc.constantFrom(...questions), fc.nat(), spoilt, (message, pick, value) => {
        const ask: Record<string, unknown> = { ...message.ask };
        const numbers = Object.keys(ask).filter(key => typeof ask[key] === 'number');
        fc.pre(numbers.length > 0);
        ask[numbers[pick % numbers.length]] = value;
        assert.equal(validate({ ...message, ask }).valid, false);
      }),
    );
  });

  it('of a script error are cut, not lost', () => {
    const result = validate({ type: 'trouble', message: 'x'.repeat(1_000_000) });
    assert.ok(result.valid && result.message.type === 'trouble' && result.message.message.length === 10_000);
  });
});
