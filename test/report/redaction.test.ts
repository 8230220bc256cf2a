import assert from 'node:assert/strict';
import fc from 'fast-check';
import { QuotationMask, shapeOf } from '../../src/report/redaction.ts';

describe('the shape of a text', () => {
  for (const [text, shape] of [
    ['session:12345', '{word7}:{n}'],
    ['user:42:cart', '{word4}:{n}:{word4}'],
    ['', ''],
    ['a', '{word1}'],
    ['über straße 7', '{word4} {word6} {n}'],
    ['用户:1', '{word2}:{n}'],
    ['a\\x00\\xffb', '{word1}{byte2}{word1}'],
    ['...', '...'],
    ['....', '{mark4}'],
    ['€uro', '{other1}{word3}'],
    ['line\nline', '{word4}{other1}{word4}'],
    ['١٢٣', '{n}'],
  ]) {
    it(`of ${JSON.stringify(text)} is ${shape}`, () => assert.equal(shapeOf(text), shape));
  }

  it('has no run of four characters of the text', () => {
    // Letters that the shapes themselves never use, so that a find is a leak; marks and digits as in real keys.
    const secret = fc.string({
      unit: fc.constantFrom(...'QZXJKVWqzxjkvßéЖ中😀!?#/%&=+*~^'),
      minLength: 4,
      maxLength: 60,
    });
    fc.assert(
      fc.property(secret, text => {
        const shape = shapeOf(text);
        for (let at = 0; at + 4 <= text.length; at++) assert.ok(!shape.includes(text.slice(at, at + 4)));
      }),
    );
  });

  it('is the same for texts that differ only in letters and digits', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '1', '2', ':', '-') }), text => {
        const other = text.replaceAll('a', 'x').replaceAll('b', 'y').replaceAll('1', '8').replaceAll('2', '9');
        assert.equal(shapeOf(text), shapeOf(other));
      }),
    );
  });
});

describe('a mask for quotations', () => {
  it('hides what was copied out of the dump and leaves the rest', () => {
    const note = 'belongs to alice@example.org, see ticket 77';
    const mask = new QuotationMask([note]);
    mask.learnBytes(new TextEncoder().encode('mail:alice@example.org'));
    assert.equal(mask.mask(note), 'belongs to {word5}@{word7}.{word3}, see ticket 77');
  });

  it('hides quotations in any one-byte encoding and in UTF-8', () => {
    const mask = new QuotationMask(['Müller', 'Straße']);
    mask.learnBytes(Uint8Array.from([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72]));
    mask.learnBytes(new TextEncoder().encode('Straße'));
    assert.equal(mask.mask('Müller'), '{word6}');
    assert.equal(mask.mask('Straße'), '{word6}');
  });

  it('leaves what was not copied, also where it is as short as a word', () => {
    const mask = new QuotationMask(['the key of a session']);
    mask.learn('xyz');
    assert.equal(mask.mask('the key of a session'), 'the key of a session');
  });

  it('leaves no four characters of what it learnt', () => {
    const part = fc.string({ unit: fc.constantFrom(...'QZXJ'), maxLength: 12 });
    fc.assert(
      fc.property(part, part, part, (before, secret, after) => {
        const note = before + secret + after;
        const mask = new QuotationMask([note]);
        mask.learn(secret);
        const masked = mask.mask(note);
        for (let at = 0; at + 4 <= secret.length; at++) assert.ok(!masked.includes(secret.slice(at, at + 4)));
      }),
    );
  });
});
