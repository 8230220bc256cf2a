import './vscode/load.ts';
import assert from 'node:assert/strict';
import { PlaceMap } from '../../src/annotations/place-map.ts';
import type { Segment } from '../../src/dump/dump.ts';
import type { DumpEditors } from '../../src/editor/dump-editors.ts';
import type { DumpPanel } from '../../src/editor/panel.ts';

const { findTarget } = await import('../../src/editor/commands/target.ts');
const { Uri, opened } = await import('./vscode/api.ts');

const START = 0x7f00_0000_0000;
const segment = { start: START, end: START + 0x1000, offset: 0x200, present: 0x800 } as Segment;

function editor(baseKnown = true) {
  const panel = {
    cursor: { offset: 0x30, start: 0x28, end: 0x38 },
    document: {
      uri: Uri.file('/core.1'),
      open: async () => ({ places: new PlaceMap(baseKnown ? [segment] : []), summary: { baseKnown, size: 0x1000 } }),
    },
  } as unknown as DumpPanel;
  return { current: panel, of: (uri: unknown) => (String(uri) === 'file:///core.1' ? panel : undefined) };
}
const find = async (argument: unknown, editors: object = editor()) => {
  const { offset, start, end } = await findTarget(editors as DumpEditors, argument);
  return [offset, start, end];
};

describe("a command's byte", () => {
  it('is the caret, with the selection around it, when nothing is given', async () => {
    assert.deepEqual(await find(undefined), [0x30, 0x28, 0x38]);
  });

  it('is the one that was clicked, with the selection only when it lies in it', async () => {
    const menu = { webview: 'hexheap.dump', webviewSection: 'hexheapGrid', hexheapByte: true };
    assert.deepEqual(await find({ ...menu, hexheapOffset: 0x2a }), [0x2a, 0x28, 0x38]);
    assert.deepEqual(await find({ ...menu, hexheapOffset: 0x38 }), [0x38, 0x38, 0x39]);
    assert.deepEqual(await find({ ...menu, hexheapOffset: 2 ** 33 }), [2 ** 33, 2 ** 33, 2 ** 33 + 1]);
  });

  it('may be named by offset or address, as a number or as digits', async () => {
    for (const argument of [{ offset: 0x210 }, { offset: '0x210' }, { offset: '528' }, { address: START + 0x10 }]) {
      assert.deepEqual(await find(argument), [0x210, 0x210, 0x211]);
    }
    assert.deepEqual(await find({ address: '0x7F0000000010' }), [0x210, 0x210, 0x211]);
  });

  it('counts addresses from the start of a range whose base is not known', async () => {
    assert.deepEqual(await find({ address: 0x10 }, editor(false)), [0x10, 0x10, 0x11]);
    await assert.rejects(find({ address: 0x1000 }, editor(false)), /no byte at address 0x1000/);
  });

  it('is refused where the dump holds none', async () => {
    await assert.rejects(find({ address: START + 0x900 }), /holds no byte at address 0x7f0000000900/);
  });

  it('is refused where the argument is no place', async () => {
    for (const argument of [{ offset: -1 }, { offset: 1.5 }, { address: 'here' }, { hexheapOffset: '1' }, 7, 'x']) {
      await assert.rejects(find(argument), /is not what this command can use/);
    }
  });

  it('says how to open a dump when none is', async () => {
    await assert.rejects(find(undefined, { current: undefined, of: () => undefined }), /No dump is open/);
  });

  it('opens the dump that is named, unless it is open', async () => {
    assert.deepEqual(await find({ uri: 'file:///core.1', offset: 1 }), [1, 1, 2]);
    assert.deepEqual(await find(Uri.file('/core.1')), [0x30, 0x28, 0x38]);
    assert.deepEqual(opened, []);
    await assert.rejects(find({ uri: 'file:///other' }), /No dump is open/);
    assert.deepEqual(opened, ['/other']);
  });
});
