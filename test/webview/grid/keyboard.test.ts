import assert from 'node:assert/strict';
import { actionOf, type Key, type KeyAction, type Pane } from '../../../webview/grid/keyboard.ts';

function press(key: string, modifiers: Partial<Key> = {}, pane: Pane = 'hex') {
  return actionOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...modifiers }, pane);
}

const table: [string, Partial<Key>, KeyAction | undefined][] = [
  ['ArrowLeft', {}, { do: 'move', move: 'left', extend: false }],
  ['ArrowRight', { shiftKey: true }, { do: 'move', move: 'right', extend: true }],
  ['PageDown', {}, { do: 'move', move: 'pageDown', extend: false }],
  ['PageUp', { shiftKey: true }, { do: 'move', move: 'pageUp', extend: true }],
  ['Home', {}, { do: 'move', move: 'rowStart', extend: false }],
  ['End', {}, { do: 'move', move: 'rowEnd', extend: false }],
  ['Home', { ctrlKey: true }, { do: 'move', move: 'dumpStart', extend: false }],
  ['End', { metaKey: true, shiftKey: true }, { do: 'move', move: 'dumpEnd', extend: true }],
  ['ArrowDown', { ctrlKey: true }, { do: 'scroll', rows: 1 }],
  ['ContextMenu', {}, { do: 'menu' }],
  ['F10', { shiftKey: true }, { do: 'menu' }],
  ['Escape', {}, { do: 'unselect' }],
  ['F10', {}, undefined],
  ['ArrowLeft', { altKey: true }, undefined],
  ['g', { ctrlKey: true }, undefined],
  ['c', { ctrlKey: true }, undefined],
  ['a', {}, undefined],
  ['PageDown', { ctrlKey: true }, undefined],
];

describe('keys of the grid', () => {
  for (const [key, modifiers, action] of table) {
    const held = Object.keys(modifiers).map(name => name.replace('Key', ''));
    it(`${[...held, key].join('+')} ${action ? `does ${Object.values(action).join(' ')}` : 'is left to the editor'}`, () => {
      assert.deepEqual(press(key, modifiers), action);
    });
  }

  it('goes with Tab through hex and text and out again, in both directions', () => {
    assert.deepEqual(press('Tab', {}, 'hex'), { do: 'pane', pane: 'text' });
    assert.equal(press('Tab', {}, 'text'), undefined);
    assert.deepEqual(press('Tab', { shiftKey: true }, 'text'), { do: 'pane', pane: 'hex' });
    assert.equal(press('Tab', { shiftKey: true }, 'hex'), undefined);
  });
});
