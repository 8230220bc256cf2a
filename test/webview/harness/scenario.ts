import type { ViewSettings } from '../../../src/editor/protocol.ts';

export type ThemeName = 'dark' | 'light' | 'highContrast' | 'highContrastLight';

/** What a test sets before the page starts; the page's query string carries it as JSON. */
export interface Scenario {
  readonly size: number;
  readonly raw?: boolean;
  readonly settings?: Partial<ViewSettings>;
  /** Milliseconds before each answer. */
  readonly delay?: number;
  readonly analysis?: 'idle' | 'running' | 'done' | 'failed';
  readonly failed?: { message: string; hint: string };
  readonly problems?: readonly string[];
  readonly annotations?: number;
  readonly clusters?: number;
  /** What `getState` gives. */
  readonly state?: unknown;
  readonly noHighlights?: boolean;
  readonly theme?: ThemeName;
}
