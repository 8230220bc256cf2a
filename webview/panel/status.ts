import type { DumpSummary } from '../../src/analysis/api.ts';
import type { AnalysisState } from '../../src/editor/protocol.ts';
import { element } from '../dom.ts';
import { percent, plural, size } from '../text.ts';
import { button } from '../ui/controls.ts';

export interface StatusEvents {
  start(): void;
  cancel(): void;
}

/** The line at the bottom: what the dump is, and how far its analysis has come. */
export class Status {
  readonly element: HTMLElement;
  readonly #dump = element('span', { class: 'status-dump' });
  readonly #message = element('span', { class: 'status-message', role: 'status' });
  readonly #fill = element('span', { class: 'progress-fill' });
  readonly #bar = element(
    'span',
    { class: 'progress', role: 'progressbar', 'aria-label': 'Analysis', 'aria-valuemin': 0, 'aria-valuemax': 100 },
    this.#fill,
  );
  readonly #start: HTMLElement;
  readonly #cancel: HTMLElement;

  constructor(events: StatusEvents) {
    this.#start = button({ label: 'Find Strings', press: () => events.start() }).element;
    this.#cancel = button({ label: 'Cancel', press: () => events.cancel() }).element;
    this.element = element(
      'footer',
      { class: 'status' },
      this.#dump,
      this.#bar,
      this.#message,
      this.#start,
      this.#cancel,
    );
    this.setAnalysis({ state: 'idle' });
  }

  setDump({ size: bytes, format, process, server, segments }: DumpSummary): void {
    const parts = [
      format === 'elf-core' ? 'ELF core' : 'Raw range',
      size(bytes),
      process ? `${process.name} (${process.pid})` : undefined,
      server && server.name !== 'unknown' ? `${server.name} ${server.version}` : undefined,
      format === 'elf-core' ? plural(segments.length, 'segment') : undefined,
    ];
    this.#dump.textContent = parts.filter(part => part !== undefined).join(' · ');
    this.#dump.title = this.#dump.textContent;
  }

  setAnalysis(analysis: AnalysisState): void {
    const running = analysis.state === 'running';
    this.#bar.hidden = !running;
    this.#cancel.hidden = !running;
    this.#start.hidden = running || analysis.state === 'done';
    if (running) {
      const share = Math.min(1, Math.max(0, analysis.progress.share));
      this.#fill.style.transform = `scaleX(${share})`;
      this.#bar.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    }
    this.#message.textContent = inWords(analysis);
    this.#message.title = this.#message.textContent;
  }
}

function inWords(analysis: AnalysisState): string {
  switch (analysis.state) {
    case 'idle':
      return 'Not analysed yet';
    case 'running':
      return `${percent(analysis.progress.share)} ${analysis.progress.message}`;
    case 'done':
      return analysis.summary.summary;
    case 'cancelled':
      return analysis.summary ? `Cancelled: ${analysis.summary.summary}` : 'Analysis cancelled';
    case 'failed':
      return `Analysis failed: ${analysis.message}`;
  }
}
