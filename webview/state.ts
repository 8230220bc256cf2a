import type { RowOrder } from '../src/analysis/api.ts';
import type { Pane } from './grid/keyboard.ts';

export type PanelTab = 'clusters' | 'inspector' | 'explain' | 'annotations';

/** What a webview remembers when VS Code throws its page away (hidden, reloaded, restored); all else is asked of the host. */
export interface ViewState {
  readonly version: 1;
  readonly size: number;
  readonly offset: number;
  readonly anchor: number;
  readonly order: RowOrder;
  /** Position in rows, with a fraction; counts only for the same `bytesPerRow`. */
  readonly top: number;
  readonly bytesPerRow: number;
  readonly pane: Pane;
  readonly addressColumn: 'address' | 'offset' | undefined;
  /** Pixels of the panel beside and below the grid. */
  readonly panelWidth: number;
  readonly panelHeight: number;
  readonly panelShown: boolean;
  readonly tab: PanelTab;
}

/** What was remembered, if it is whole and of a dump of this size. */
export function restored(saved: unknown, size: number): ViewState | undefined {
  const state = saved as ViewState | undefined;
  if (state?.version !== 1 || state.size !== size) return undefined;
  const numbers = [state.offset, state.anchor, state.top, state.bytesPerRow, state.panelWidth, state.panelHeight];
  return numbers.every(value => Number.isFinite(value) && value >= 0) ? state : undefined;
}
