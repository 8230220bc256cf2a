import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fileTemplates, MOST_TEMPLATES, TemplateMemory } from '../../src/heap/file-templates.ts';
import { HEADERS, NO_REGION, OWNER_KINDS, VERDICTS } from '../../src/heap/findings.ts';
import { Cancelled } from '../../src/heap/hooks.ts';
import { PairTable } from '../../src/heap/pair-table.ts';
import { StringCollector } from '../../src/heap/string-columns.ts';
import { Random } from '../generate/random.ts';
import { dumpOf } from './memory-dumps.ts';
import { compareFiling, templatedDump } from './templated-dump.ts';

const HOOKS = { progress() {}, cancelled: () => false };
const START = 0x7f00_0000_0000;

/** These texts one behind the other, as a dump and its string columns. */
function stringsOf(texts: readonly (string | Uint8Array)[], leaked: (at: number) => boolean = () => false) {
  const payloads = texts.map(text => (typeof text === 'string' ? new TextEncoder().encode(text) : text));
  const bytes = new Uint8Array(payloads.reduce((sum, { length }) => sum + length + 4, 8));
  const strings = new StringCollector();
  let at = 3;
  for (const [index, payload] of payloads.entries()) {
    bytes.set(payload, at);
    const verdict = VERDICTS.indexOf(leaked(index) ? 'leaked' : 'live');
    const none = OWNER_KINDS.indexOf('none');
    strings.add(START + at, payload.length, payload.length, HEADERS.indexOf('sdshdr8'), NO_REGION, verdict, none);
    at += payload.length + 4;
  }
  return { dump: dumpOf([{ start: START, bytes }]), strings: strings.columns() };
}

/** The templates of these texts, each with how many of them have it. */
function templatesOf(texts: readonly (string | Uint8Array)[], leaked?: (at: number) => boolean): Map<string, number> {
  const { dump, strings } = stringsOf(texts, leaked);
  const { texts: names, of } = fileTemplates(dump, strings, HOOKS);
  const counts = new Map<string, number>();
  for (const one of of) counts.set(names[one], (counts.get(names[one]) ?? 0) + 1);
  return counts;
}

function only(texts: readonly (string | Uint8Array)[], template: string): void {
  assert.deepEqual([...templatesOf(texts)], [[template, texts.length]]);
}

function many(count: number, make: (random: Random, at: number) => string): string[] {
  const random = new Random(5);
  return Array.from({ length: count }, (_, at) => make(random, at));
}

describe('templates', () => {
  it('call numbers {n}, however long, and keep the words around them', () => {
    only(
      many(300, (random, at) => `user:${random.below(10 ** (1 + (at % 9)))}:cart`),
      'user:{n}:cart',
    );
  });

  it('know a UUID by its form, also where a part of it is all digits or all letters', () => {
    only(
      [
        'session:11111111-2222-3333-4444-555555555555',
        'session:abcdefab-cdef-abcd-efab-cdefabcdefab',
        'session:0a1b2c3d-1234-abcd-9999-aaaaaaaaaaaa',
        'session:DEADBEEF-CAFE-1234-ABCD-0123456789AB',
      ],
      'session:{uuid}',
    );
  });

  it('count hex numbers that are all digits, or all letters, among their like', () => {
    only(
      many(2000, random => `shop:${random.hex(6)}:stock`),
      'shop:{hex}:stock',
    );
  });

  it('tell decimal numbers from hex ones at the same place by their length', () => {
    const found = templatesOf([
      ...many(1000, random => `obj:${random.hex(12)}`),
      ...many(1000, random => `obj:${random.below(1e6)}`),
    ]);
    assert.equal(found.size, 2);
    assert.ok(Math.abs(found.get('obj:{hex}')! - 1000) <= 2, [...found].join(' '));
  });

  it('keep a word that one string in a thousand has at its place, and call one that is rarer {word}', () => {
    const texts = (times: number) => [
      ...many(9_990 - times, (_, at) => `user:${at}:cart`),
      ...many(times, (_, at) => `user:${at}:zebra`),
      ...many(10, (_, at) => `user:${at}:w${String.fromCharCode(97 + at)}ord`),
    ];
    const kept = templatesOf(texts(20));
    assert.equal(kept.get('user:{n}:zebra'), 20);
    assert.equal(kept.get('user:{n}:{word}'), 10);
    const rare = templatesOf(texts(6));
    assert.equal(rare.get('user:{n}:{word}'), 16);
  });

  it('keep a rare word of leaked strings, which is what is looked for', () => {
    const texts = [...many(20_000, (_, at) => `user:${at}:cart`), ...many(12, (_, at) => `user:${at}:zebra`)];
    assert.equal(templatesOf(texts, at => at >= 20_000).get('user:{n}:zebra'), 12);
  });

  it('call names {word} and random letters and digits {id}', () => {
    const letters = (random: Random) => random.hex(8).replace(/\d/g, digit => 'ghijklmnop'[Number(digit)]);
    only(
      many(500, random => `name:${letters(random)}:profile`),
      'name:{word}:profile',
    );
    only(
      many(
        500,
        random => `job-${random.word().toString(36).padStart(7, 'z')}-${random.word().toString(36).padStart(7, 'q')}`,
      ),
      'job-{id}-{id}',
    );
  });

  it('keep a version, and write a name with many numbers behind it as name{n}', () => {
    only(
      many(500, random => `photo:v${1}:${random.below(1e6)}`),
      'photo:v1:{n}',
    );
    only(
      many(500, random => `worker${random.below(400)}:beat`),
      'worker{n}:beat',
    );
  });

  it('know dates, with and without signs between, and times behind them', () => {
    only(['day:2024-01-31', 'day:2025-12-01', 'day:1999-06-30'], 'day:{date}');
    only(['at 2024-01-31T10:20:30Z.', 'at 2024-02-28 23:59:59.123+02:00.', 'at 2024/02/28.'], 'at {date}.');
    only(
      many(100, random => `report-202${random.below(7)}0${1 + random.below(9)}1${random.below(9)}.csv`),
      'report-{date}.csv',
    );
    only(
      many(300, random => `part-${10_000_000 + random.below(80_000_000)}`),
      'part-{n}',
    );
  });

  it('know base64 with its marks, and without them by its letters', () => {
    const base64 = (bytes: number, form: 'base64' | 'base64url') =>
      many(1500, random => `token:${Buffer.from(random.hex(2 * bytes), 'hex').toString(form)}`);
    only(base64(48, 'base64'), 'token:{base64}');
    const found = templatesOf(base64(32, 'base64url'));
    assert.ok(found.get('token:{base64}')! >= 1480, [...found].slice(0, 9).join(' '));
  });

  it('keep the words of other scripts', () => {
    only(
      many(50, (_, at) => `用户:${at}:购物车`),
      '用户:{n}:购物车',
    );
  });

  it('call bytes that are no text {bytes}, behind what is', () => {
    const random = new Random(3);
    const binary = (count: number) => Buffer.from([...Buffer.from(random.hex(2 * count), 'hex'), 0, 255]);
    // Bytes may be a name and a bar by chance.
    const found = templatesOf(Array.from({ length: 1000 }, () => binary(20)));
    assert.ok(found.get('{bytes}')! >= 990, [...found].join(' '));
    only(
      Array.from({ length: 200 }, () => Buffer.concat([Buffer.from('blob:thumb:'), binary(20)])),
      'blob:thumb:{bytes}',
    );
  });

  it('call sentences {text} and cut long records short', () => {
    only(
      ['we have sent you the order', 'your order is on its way to you, at last', 'no more of this, please'],
      '{text}',
    );
    const record = JSON.stringify(
      Object.fromEntries(many(30, (_, at) => `field${'abcdefghij'[at % 10]}`).map((name, at) => [name, at])),
    );
    const [[template]] = templatesOf([record, record.replaceAll(/\d/g, '7')]);
    assert.match(template, /^\{"fielda":\{n\},.*…$/);
  });

  it('file 300,000 strings of forty templates under their own names, but for one in a thousand', function () {
    this.timeout(30_000);
    const made = templatedDump(300_000, 7);
    const { texts, of } = fileTemplates(made.dump, made.strings, HOOKS);
    const { families, missing, misfiled, wrong } = compareFiling(made, texts, of);
    assert.deepEqual(missing, []);
    assert.ok(families <= MOST_TEMPLATES, `${families} families`);
    assert.ok(misfiled <= 300, `${misfiled}: ${wrong.join(', ')}`);
  });

  it('are no more than two hundred, whatever the texts are', () => {
    const found = templatesOf(many(3000, (random, at) => `${'-/:.'[at % 4].repeat(1 + (at % 900))}${random.hex(4)}`));
    assert.ok(found.size <= MOST_TEMPLATES, `${found.size}`);
    assert.equal(
      [...found.values()].reduce((sum, count) => sum + count, 0),
      3000,
    );
  });

  it('are found for any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }), texts => {
        const counts = templatesOf(texts);
        assert.equal(
          [...counts.values()].reduce((sum, count) => sum + count, 0),
          texts.length,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('of one dump are found again in another, where that one alone would have taught others', () => {
    const taught = stringsOf(many(20_000, (_, at) => (at % 1000 === 7 ? `user:${at}:zebra` : `user:${at}:cart`)));
    const words = 'abcdefghijklmnop'.split('').map(letter => `user:1:w${letter}ord`);
    const [one, other] = [stringsOf(['user:5:zebra', ...words]), stringsOf(['user:5:zebra', ...words])];
    const memory = new TemplateMemory();
    fileTemplates(taught.dump, taught.strings, HOOKS, memory);
    const alone = fileTemplates(one.dump, one.strings, HOOKS);
    const again = fileTemplates(other.dump, other.strings, HOOKS, memory);
    assert.equal(alone.texts[alone.of[0]], 'user:{n}:{word}');
    assert.equal(again.texts[again.of[0]], 'user:{n}:zebra');
    assert.equal(again.texts[again.of[1]], 'user:{n}:{word}');
  });

  it('are given up when the analysis is cancelled', () => {
    const { dump, strings } = templatedDump(100, 1);
    assert.throws(() => fileTemplates(dump, strings, { progress() {}, cancelled: () => true }), Cancelled);
  });
});

describe('a table of pairs', () => {
  it('is a map from 64-bit keys', () => {
    const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(int, fc.constant(0)), fc.oneof(int, fc.constant(0)), fc.nat(1000)), {
          maxLength: 3000,
        }),
        entries => {
          const table = new PairTable();
          const model = new Map<string, number>();
          for (const [low, high, value] of entries) {
            table.set(low, high, value);
            model.set(`${low} ${high}`, value);
          }
          assert.equal(table.size, model.size);
          for (const [low, high] of entries) assert.equal(table.get(low, high), model.get(`${low} ${high}`));
          assert.equal(table.get(12_345, 67_890), model.get('12345 67890') ?? -1);
        },
      ),
      { numRuns: 50 },
    );
  });
});
