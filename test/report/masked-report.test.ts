import assert from 'node:assert/strict';
import fc from 'fast-check';
import { markdownReport } from '../../src/report/markdown.ts';
import { cluster, report, sdshdr8Region } from './fixture.ts';

const utf8 = new TextEncoder();

/** Characters that a masked report itself has no runs of: what is found of them came from the dump. */
const secret = fc.string({ unit: fc.constantFrom(...'QZXJKVWY!?#%&=+^~€Жß中😀'), minLength: 4, maxLength: 60 });

/** Every way in which a region's text can get into a report: as bytes, label, note and sample. */
function reportOf(text: string, decoded: boolean) {
  const payload = utf8.encode(text);
  const region = sdshdr8Region(payload, { label: `key ${text}`, note: `seen: ${text} in the log` });
  return report([decoded ? region : { ...region, decoded: undefined }], [cluster([text, `${text}2`])]);
}

describe('a masked report', () => {
  it('has no run of four bytes of the text, in no place and not as hexadecimal digits', () => {
    fc.assert(
      fc.property(secret, fc.boolean(), (text, decoded) => {
        const markdown = markdownReport(reportOf(text, decoded), { masked: true });
        const written = Buffer.from(markdown);
        const payload = Buffer.from(text);
        for (let at = 0; at + 4 <= payload.length; at++) {
          const run = payload.subarray(at, at + 4);
          assert.ok(!written.includes(run), `${run} in ${markdown}`);
          assert.ok(!markdown.includes(run.toString('hex').match(/../g)!.join(' ')));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is the same report for every text of one shape', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', ':', '7', '8'), minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(letters, text => {
        const other = text.replaceAll('a', 'x').replaceAll('b', 'y').replaceAll('7', '2').replaceAll('8', '3');
        const write = (of: string) => {
          const region = sdshdr8Region(utf8.encode(of), { label: 'one' });
          return markdownReport(report([region], [cluster([of])]), { masked: true });
        };
        assert.equal(write(text), write(other));
      }),
    );
  });

  it('keeps the lengths, the shape and the header', () => {
    const markdown = markdownReport(report([sdshdr8Region(utf8.encode('session:1234'))]), { masked: true });
    assert.match(markdown, /\| text \| 0x7f0012345003 \| 12 \| `\{word7\}:\{n\}` \|/);
    assert.match(markdown, /^7f0012345000 {2}0c 10 01 (\*\* ){5} (\*\* ){7}00 {2}\|\.\.\.\*{12}\.\|$/m);
  });

  it('hides the bytes of a selection but for the headers decoded in it', () => {
    const region = sdshdr8Region(utf8.encode('QZXJ'), {
      decoded: undefined,
      overlays: [
        { start: 0x5000, end: 0x5001, field: 'sds.len', label: '' },
        { start: 0x5001, end: 0x5002, field: 'sds.alloc', label: '' },
        { start: 0x5002, end: 0x5003, field: 'sds.flags', label: '' },
        { start: 0x5003, end: 0x5007, field: 'sds.payload', label: '' },
        // A header that was only found by chance, inside the text of another string.
        { start: 0x5004, end: 0x5007, field: 'sds.len', label: '' },
      ],
    });
    const markdown = markdownReport(report([region]), { masked: true });
    assert.match(markdown, /^7f0012345000 {2}04 08 01 (\*\* ){5} (\*\* ){4} {13}\|\.\.\.\*{9}\|$/m);
  });

  it('hides all bytes of a selection in which nothing was decoded', () => {
    const region = sdshdr8Region(utf8.encode('QZXJ'), { decoded: undefined });
    assert.match(markdownReport(report([region]), { masked: true }), /^7f0012345000 {2}(\*\* ){8} (\*\* ){4}/m);
  });

  it('never shows a byte after the text that is no NUL', () => {
    const region = sdshdr8Region(utf8.encode('QZXJ'));
    region.bytes[7] = 0x51;
    assert.match(
      markdownReport(report([region]), { masked: true }),
      /^7f0012345000 {2}04 08 01 (\*\* ){5} (\*\* ){4}/m,
    );
  });
});
