/** What a key means in the grid, apart from what it then does. */
export type Move =
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'pageUp'
  | 'pageDown'
  | 'rowStart'
  | 'rowEnd'
  | 'dumpStart'
  | 'dumpEnd';

export type Pane = 'hex' | 'text';

export type KeyAction =
  | { readonly do: 'move'; readonly move: Move; readonly extend: boolean }
  | { readonly do: 'pane'; readonly pane: Pane }
  | { readonly do: 'scroll'; readonly rows: number }
  | { readonly do: 'menu' }
  | { readonly do: 'unselect' };

/** The parts of a KeyboardEvent that matter. */
export interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
  Home: 'rowStart',
  End: 'rowEnd',
};

const WITH_CONTROL: Readonly<Record<string, Move>> = {
  Home: 'dumpStart',
  End: 'dumpEnd',
};

/**
 * Undefined for keys that the grid leaves to the editor. Tab goes from the hex bytes to the text and only then out of
 * the grid (Shift+Tab the other way), so that the grid is one stop and no trap.
 */
export function actionOf(event: Key, pane: Pane): KeyAction | undefined {
  const { key, shiftKey: shift, altKey: alt } = event;
  const control = event.ctrlKey || event.metaKey;
  if (key === 'ContextMenu' || (key === 'F10' && shift && !control && !alt)) return { do: 'menu' };
  if (alt) return undefined;
  if (key === 'Tab' && !control) {
    if (pane === 'hex' && !shift) return { do: 'pane', pane: 'text' };
    if (pane === 'text' && shift) return { do: 'pane', pane: 'hex' };
    return undefined;
  }
  if (control && !shift && key === 'ArrowUp') return { do: 'scroll', rows: -1 };
  if (control && !shift && key === 'ArrowDown') return { do: 'scroll', rows: 1 };
  if (key === 'Escape' && !control && !shift) return { do: 'unselect' };
  const move = (control ? WITH_CONTROL : MOVES)[key];
  return move && { do: 'move', move, extend: shift };
}
