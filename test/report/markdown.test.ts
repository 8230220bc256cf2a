import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import type { Nodes, Root, Table } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { markdownReport } from '../../src/report/markdown.ts';
import { printable } from '../../src/report/printable.ts';
import type { Report } from '../../src/report/report.ts';
import { BASE, cluster, dumpSummary, report, sdshdr8Region } from './fixture.ts';

const HOSTILE = [
  '| a | b |\n|--|--|',
  '``` \n```js\nalert(1)\n```',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '[x](javascript:alert(1)) ![y](http://127.0.0.1/z) <http://example.org> www.example.org a@b.cd',
  '# heading\n\n- item\n1. item\n> quote\n---\n***',
  'trailing backslash \\',
  'back\\slash\\|pipe`tick``ticks',
  '\u202egnp.exe \u2066\u200f\u0000\u0007\u001b[31m\r\n\u2028\u2029\ufeff',
  '&amp;&lt;&#35; \\&copy;',
  '   leading and trailing   ',
  '*emphasis* __strong__ ~~gone~~ [^1] - [ ] task',
  '$$math$$ <!-- comment --> <details>',
];

const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'|`\\<>*_#[]()!~-+.:&\n\r\t "\'$^=@/a1'), maxLength: 40 }),
);

function parse(markdown: string): Root {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/** All nodes below `node`, itself included, in the order of the document. */
function nodesOf(node: Nodes): Nodes[] {
  return [node, ...('children' in node ? node.children.flatMap(child => nodesOf(child)) : [])];
}

function textOf(node: Nodes): string {
  return nodesOf(node)
    .map(each => (each.type === 'text' || each.type === 'inlineCode' ? each.value : ''))
    .join('');
}

/** The shape of the document: its blocks, and of the tables how many rows and columns. */
function skeleton(markdown: string): string[] {
  return parse(markdown).children.map(block => {
    if (block.type === 'heading') return `h${block.depth}`;
    if (block.type === 'table') return `table ${block.children.map(row => row.children.length).join(' ')}`;
    return block.type;
  });
}

function hostileReport(text: string): Report {
  const bytes = new TextEncoder().encode(text).subarray(0, 250);
  return {
    ...report([sdshdr8Region(bytes, { label: text || 'x', note: '' })], [cluster([text])]),
    dump: dumpSummary({ path: `/tmp/${text.replaceAll('/', '')}x`, process: { name: text, arguments: '', pid: 1 } }),
  };
}

describe('the Markdown report', () => {
  it('has the dump, its regions with their bytes and fields, and its clusters', () => {
    const text = 'session:1234';
    const markdown = markdownReport(
      report([sdshdr8Region(new TextEncoder().encode(text), { note: 'look\nhere\n\nand here' })], [cluster([text])]),
      { masked: false },
    );
    const { children } = parse(markdown);
    assert.equal(textOf(children[0]), 'Redis dump core.4242');

    const headings = children.filter(({ type }) => type === 'heading').map(textOf);
    assert.deepEqual(headings.slice(1), [
      'Findings',
      'Annotated regions',
      '1. sdshdr8, len 12',
      'Clusters of repeated allocations',
    ]);

    const dump = children.find(({ type }) => type === 'table') as Table;
    const identity = new Map(
      dump.children.slice(1).map(({ children: [name, value] }) => [textOf(name), textOf(value)]),
    );
    assert.equal(identity.get('Size'), '1,048,576 bytes');
    assert.equal(identity.get('Process'), 'redis-server, pid 4242');
    assert.equal(identity.get('Server'), 'not identified');

    const code = children.find(({ type }) => type === 'code');
    assert.ok(code?.type === 'code');
    // The first line as `hexdump -C` prints it for 0c 10 01 and the text.
    assert.equal(
      code.value.split('\n')[0],
      '7f0012345000  0c 10 01 73 65 73 73 69  6f 6e 3a 31 32 33 34 00  |...session:1234.|',
    );

    const tables = children.filter(({ type }) => type === 'table') as Table[];
    const fields = tables[2].children.map(row => row.children.map(textOf));
    assert.deepEqual(fields[0], ['Field', 'At', 'Bytes', 'Value']);
    assert.deepEqual(fields[3], ['flags', '0x7f0012345002', '1', '0x01']);
    assert.deepEqual(fields[4], ['text', '0x7f0012345003', '12', 'session:1234']);
    assert.deepEqual(tables[3].children[2].children.map(textOf), [
      'a word points at it',
      'not known',
      'the search was cancelled',
    ]);

    const note = children.find(({ type }) => type === 'blockquote');
    assert.ok(note?.type === 'blockquote');
    assert.deepEqual(note.children.map(textOf), ['lookhere', 'and here']);
  });

  it('keeps its structure and its words whatever the text is', () => {
    const plain = skeleton(markdownReport(hostileReport('plain'), { masked: false }));
    fc.assert(
      fc.property(hostileText, text => {
        const markdown = markdownReport(hostileReport(text), { masked: false });
        assert.deepEqual(skeleton(markdown), plain);
        const root = parse(markdown);
        const kinds = new Set(nodesOf(root).map(({ type }) => type));
        for (const kind of ['html', 'link', 'image', 'emphasis', 'strong', 'delete', 'footnoteReference', 'list']) {
          assert.ok(!kinds.has(kind as Nodes['type']), `${kind} in ${JSON.stringify(markdown)}`);
        }
        const heading = root.children.find(node => node.type === 'heading' && node.depth === 3);
        const label = Array.from(text || 'x');
        if (label.length < 200) assert.equal(textOf(heading!), `1. ${printable(text || 'x')}`);
        assert.match(markdown, /^[\P{C}\n]*$/u);
      }),
      { numRuns: 120, examples: HOSTILE.map(text => [text]) },
    );
  });

  it('keeps a hostile note a note', () => {
    fc.assert(
      fc.property(hostileText, note => {
        const markdown = markdownReport(report([sdshdr8Region(Uint8Array.of(65), { note: `n${note}` })]), {
          masked: false,
        });
        const { children } = parse(markdown);
        const at = children.findIndex(({ type }) => type === 'blockquote');
        assert.ok(at > 0);
        assert.equal(children[at + 1].type, 'heading');
        const kinds = new Set(nodesOf(children[at]).map(({ type }) => type));
        assert.deepEqual(
          [...kinds].filter(kind => !['blockquote', 'paragraph', 'text', 'break', 'inlineCode'].includes(kind)),
          [],
        );
      }),
      { numRuns: 120, examples: HOSTILE.map(text => [text]) },
    );
  });

  it('never names the arguments of the process, in which a password may be', () => {
    const region = sdshdr8Region(Uint8Array.of(65));
    for (const masked of [true, false]) assert.ok(!markdownReport(report([region]), { masked }).includes('hunter2'));
  });

  it('shows the first 4 KiB of a larger region, and says so', () => {
    const bytes = Uint8Array.from({ length: 8192 }, (_, at) => (at * 31) ^ (at >> 8));
    const region = sdshdr8Region(Uint8Array.of(), { bytes, length: 100_000, decoded: undefined });
    const markdown = markdownReport(report([region]), { masked: false });
    assert.match(markdown, /These are the first 4,096 bytes of 100,000\./);
    const code = parse(markdown).children.find(({ type }) => type === 'code');
    assert.ok(code?.type === 'code');
    assert.equal(code.value.split('\n').length, 4096 / 16 + 1);
    assert.equal(code.value.split('\n').at(-1), (BASE + 4096).toString(16));
  });

  it('says of a region that the dump does not hold that it does not', () => {
    const region = sdshdr8Region(Uint8Array.of(), { offset: undefined, bytes: Uint8Array.of(), decoded: undefined });
    assert.match(markdownReport(report([region]), { masked: true }), /The dump does not hold these bytes\./);
  });

  it('reads hexdump lines that the real program would print for the same file', function () {
    const bytes = new TextEncoder().encode('0123456789abcdefXYZ|`<b>');
    const { stdout, error } = spawnSync('hexdump', ['-C'], { input: bytes, encoding: 'latin1' });
    if (error) this.skip();
    const region = sdshdr8Region(bytes, { bytes, length: bytes.length, address: 0, offset: 0, decoded: undefined });
    const code = parse(markdownReport(report([region]), { masked: false })).children.find(
      ({ type }) => type === 'code',
    );
    assert.ok(code?.type === 'code');
    assert.equal(`${code.value}\n`, stdout);
  });
});
