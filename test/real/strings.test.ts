import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { describeWith } from '../house/needs.ts';
import { BORDER_LENGTHS, fill, type KnownData } from './fill.ts';
import { startServer } from './server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'dist/cli.js');

interface Line {
  address: string;
  header: string;
  len: number;
  alloc: number;
  sizeClass: number;
  owner: { kind: string } | null;
  verdict: string;
  text?: string;
  base64?: string;
}

/** The header sdsReqType chooses for a new string (src/sds.c of 7.0.15). */
function headerFor(length: number): string {
  if (length < 32) return length === 0 ? 'sdshdr8' : 'sdshdr5';
  if (length < 256) return 'sdshdr8';
  return length < 65_536 ? 'sdshdr16' : 'sdshdr32';
}

/** What `DEBUG SDSLEN key` says: lengths, room and allocation of key and value, from the server itself. */
interface SdsLengths {
  key: { len: number; avail: number; zmalloc: number };
  val: { len: number; avail: number; zmalloc: number };
}

function parseSdsLengths(reply: string): SdsLengths {
  const number = (name: string) => Number(new RegExp(`${name}: ?(\\d+)`).exec(reply)![1]);
  const part = (name: 'key' | 'val') => ({
    len: number(`${name}_sds_len`),
    avail: number(`${name}_sds_avail`),
    zmalloc: number(`${name}_zmalloc`),
  });
  return { key: part('key'), val: part('val') };
}

describeWith(['redis', 'gdb'], "every string of a real Redis's core", function () {
  this.timeout(120_000);
  let known: KnownData;
  const lines = new Map<string, Line[]>();
  const asked = new Map<string, SdsLengths>();
  let json: { summary: string; strings: { byVerdict: Record<string, { count: number }> } };
  let masked = '';

  before(async () => {
    const server = await startServer();
    try {
      const client = await server.connect();
      known = await fill(client, { keys: 20_000, leaks: 3_000, deletes: 0.25, seed: 7 });
      for (const key of known.keys) {
        if (!key.startsWith('border:')) continue;
        asked.set(key, parseSdsLengths(String(await client.call('DEBUG', 'SDSLEN', key))));
      }
      client.close();
      const core = await server.takeCore();
      const file = join(server.folder, 'strings.ndjson');
      const run = promisify(execFile);
      const { stdout } = await run(process.execPath, [cli, 'analyze', core, '--json', '--strings', file], {
        maxBuffer: 1 << 26,
      });
      json = JSON.parse(stdout);
      for await (const text of createInterface({ input: createReadStream(file) })) {
        const line = JSON.parse(text) as Line;
        const payload =
          line.text === undefined
            ? Buffer.from(line.base64!, 'base64').toString('latin1')
            : Buffer.from(line.text).toString('latin1');
        assert.equal(payload.length, line.len);
        const same = lines.get(payload);
        if (same) same.push(line);
        else lines.set(payload, [line]);
      }
      const secret = join(server.folder, 'masked.ndjson');
      await run(process.execPath, [cli, 'analyze', core, '--strings', secret, '--mask'], { maxBuffer: 1 << 26 });
      masked = readFileSync(secret, 'utf8');
    } finally {
      await server.stop();
    }
  });

  const living = (text: string) => (lines.get(text) ?? []).filter(line => line.verdict === 'live');

  it('finds every key as a live SDS with the header sdsnewlen gives it, and as a key', () => {
    for (const key of known.keys) {
      const found = living(key).filter(line => line.header === headerFor(key.length));
      assert.ok(found.length > 0, `key "${key.slice(0, 60)}" of ${key.length} bytes`);
      assert.ok(
        found.some(line => line.owner?.kind === 'key'),
        `owner of "${key.slice(0, 60)}": ${JSON.stringify(found.map(line => line.owner))}`,
      );
    }
  });

  it('finds every value, field and member that Redis holds as an SDS', () => {
    for (const text of known.strings)
      assert.ok(living(text).length > 0, `"${text.slice(0, 60)}" of ${text.length} bytes`);
  });

  it('reads len and alloc as the server itself gives them (DEBUG SDSLEN), for every border length', () => {
    const checked: number[] = [];
    for (const [key, { key: ofKey, val }] of asked) {
      const length = Number(key.split(':')[1]);
      const value = `V${length}:`.padEnd(length, 'x').slice(0, length);
      const alloc = (one: { len: number; avail: number }) => one.len + one.avail;
      const keys = living(key);
      assert.ok(
        keys.some(
          line =>
            line.len === ofKey.len &&
            (line.header === 'sdshdr5' || line.alloc === alloc(ofKey)) &&
            line.sizeClass === ofKey.zmalloc,
        ),
        `key of border:${length}: ${JSON.stringify(keys)} against ${JSON.stringify(ofKey)}`,
      );
      if (!known.strings.has(value) || length <= 44) continue; // an EMBSTR's allocation is its object's
      assert.ok(
        living(value).some(line => line.len === val.len && line.alloc === alloc(val) && line.sizeClass === val.zmalloc),
        `value of border:${length}: ${JSON.stringify(living(value))} against ${JSON.stringify(val)}`,
      );
      checked.push(length);
    }
    assert.deepEqual(
      checked,
      BORDER_LENGTHS.filter(length => length > 44),
    );
  });

  it('finds every planted leak, with its header, and calls nothing known a leak', () => {
    for (const text of known.leaked) {
      const found = (lines.get(text) ?? []).filter(
        line => line.verdict.startsWith('leaked') && line.header === 'sdshdr8',
      );
      assert.equal(found.length, 1, text);
    }
    const leaks = [...lines].filter(([, same]) => same.some(line => line.verdict.startsWith('leaked')));
    assert.equal(leaks.length, known.leaked.size, leaks.find(([text]) => !known.leaked.has(text))?.[0]);
    const { byVerdict } = json.strings;
    const counted = byVerdict.leaked.count + byVerdict['leaked-indirect'].count + byVerdict['leaked-weak'].count;
    assert.equal(counted, known.leaked.size);
    assert.match(json.summary, /3,000 of them leaked/);
  });

  it('does not call entries of listpacks strings of their own', () => {
    const items = [...lines].filter(
      ([text, same]) => /^item:\d+:\d+:/.test(text) && same.some(line => line.verdict !== 'freed'),
    );
    assert.deepEqual(
      items.map(([text]) => text),
      [],
    );
  });

  it('prints JSON that its schema describes', () => {
    const schema = JSON.parse(readFileSync(join(root, 'src/report/analysis.schema.json'), 'utf8'));
    const validate = new Ajv().compile(schema);
    assert.ok(validate(json), JSON.stringify(validate.errors));
  });

  it('leaves every text out when masked, and nothing else', () => {
    const count = [...lines.values()].reduce((sum, same) => sum + same.length, 0);
    assert.equal(masked.split('\n').length - 1, count);
    assert.doesNotMatch(masked, /"text"|"base64"|leak:order|warehouse/);
  });
});
