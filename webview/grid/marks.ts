import type { AnnotationView } from '../../src/editor/protocol.ts';
import type { Columns } from './columns.ts';
import { type EdgeBackground, edgeBackground, edgesOf } from './edges.ts';
import type { Intervals } from './intervals.ts';
import { columnsIn, type Run, runsOf } from './overlays.ts';
import { HighlightPainter, type Painter, RectanglePainter } from './painter.ts';
import type { Range } from './selection.ts';
import type { StoredRow } from './store.ts';
import type { GridView } from './view.ts';

const PANES = ['hex', 'text'] as const;
const MOST_BACKGROUNDS = 2000;

/** What is drawn on the rows: fields, over them annotations, over them the selection. Drawn anew only where something changed. */
export class Marks {
  readonly painter: Painter;
  readonly #view: () => GridView;
  /** A row's runs, worked out once. */
  readonly #runs = new WeakMap<StoredRow, Run[]>();
  /** A row's edges, for the columns as they lay last. */
  #edges = new WeakMap<StoredRow, EdgeBackground>();
  readonly #backgrounds = new Map<string, EdgeBackground>();
  #edgeColumns: Columns | undefined;
  #dirty = true;
  /** Draw the fields; annotations and selection are always drawn. */
  #fields = true;

  constructor(view: () => GridView) {
    this.#view = view;
    this.painter = HighlightPainter.supported() ? new HighlightPainter() : new RectanglePainter(view);
  }

  get dirty(): boolean {
    return this.#dirty;
  }

  set fields(shown: boolean) {
    this.#fields = shown;
    this.#dirty = true;
  }

  soil(): void {
    this.#dirty = true;
  }

  draw(annotations: Intervals<AnnotationView>, selection: Range): void {
    this.#dirty = false;
    this.painter.clear();
    for (const row of this.#view().rows) {
      const { stored } = row;
      if (stored?.row.kind !== 'bytes') {
        row.element.removeAttribute('data-annotated');
        row.drawEdges(undefined);
        continue;
      }
      const { offset, length } = stored.row;
      for (const pane of this.#fields ? PANES : []) {
        for (const { from, to, kind } of this.#runsOf(stored)) this.painter.mark(kind, row, pane, from, to);
      }
      row.drawEdges(this.#fields ? this.#edgesOf(stored) : undefined);
      const notes = annotations.touching(offset, offset + length);
      row.element.toggleAttribute('data-annotated', notes.length > 0);
      for (const { start, end } of notes) {
        this.#markRange('annotation', row, stored, start, end);
      }
      if (selection.end - selection.start > 1) {
        this.#markRange('selection', row, stored, selection.start, selection.end);
      }
    }
  }

  #markRange(name: string, row: GridView['rows'][number], stored: StoredRow, start: number, end: number): void {
    const columns = columnsIn(stored.row, start, end);
    if (!columns) return;
    for (const pane of PANES) this.painter.mark(name, row, pane, columns.from, columns.to);
  }

  /** Rows with the same edges share one object, so that most rows need no new style when they are recycled. */
  #edgesOf(stored: StoredRow): EdgeBackground {
    const { columns, cell, bytesPerRow } = this.#view();
    if (columns !== this.#edgeColumns) {
      this.#edgeColumns = columns;
      this.#edges = new WeakMap();
      this.#backgrounds.clear();
    }
    let background = this.#edges.get(stored);
    if (!background) {
      const edges = edgesOf(stored, bytesPerRow);
      const key = edges.map(({ from, to, begins, slab }) => `${from} ${to} ${begins} ${slab}`).join();
      background = this.#backgrounds.get(key) ?? edgeBackground(edges, columns, cell);
      if (this.#backgrounds.size > MOST_BACKGROUNDS) this.#backgrounds.clear();
      this.#backgrounds.set(key, background);
      this.#edges.set(stored, background);
    }
    return background;
  }

  #runsOf(stored: StoredRow): Run[] {
    let runs = this.#runs.get(stored);
    if (!runs) {
      runs = runsOf(stored.row, stored.overlays);
      this.#runs.set(stored, runs);
    }
    return runs;
  }
}
