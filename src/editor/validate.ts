import * as v from 'valibot';
import type { FromWebview } from './protocol.ts';

/**
 * The trust boundary: a message from the webview is only what one of these schemas says, within bounds that keep an
 * answer small. Offsets may lie anywhere below 2^53; the engine refuses those beyond the dump with a sentence.
 */
const LIMITS = { rows: 4096, bytesPerRow: 64, page: 1000, text: 1024, trouble: 10_000, id: 64 } as const;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const atMost = (limit: number) => v.pipe(count, v.maxValue(limit));
const text = (limit: number) => v.pipe(v.string(), v.maxLength(limit));

const cut = (limit: number) =>
  v.pipe(
    v.string(),
    v.transform(value => value.slice(0, limit)),
  );

const order = v.picklist(['file', 'address']);
const bytesPerRow = v.pipe(atMost(LIMITS.bytesPerRow), v.minValue(1));
const list = { first: count, count: atMost(LIMITS.page) };

const question = <const T extends string, A extends v.ObjectEntries>(type: T, ask: A) =>
  v.strictObject({ type: v.literal(type), id: count, ask: v.strictObject(ask) });

const message = v.variant('type', [
  question('window', { order, firstRow: count, rowCount: atMost(LIMITS.rows), bytesPerRow }),
  question('rowOf', { order, offset: count, bytesPerRow }),
  question('offsetOfRow', { order, row: count, bytesPerRow }),
  question('goTo', { text: text(LIMITS.text), from: count }),
  question('inspect', { offset: count }),
  question('clusters', list),
  question('members', { cluster: count, ...list }),
  question('setBase', { base: text(LIMITS.text) }),
  question('openTogether', {}),
  question('decodeSds', { offset: count }),
  v.strictObject({ type: v.literal('ready') }),
  v.pipe(
    v.strictObject({ type: v.literal('cursor'), offset: count, start: count, end: count, order }),
    v.check(({ start, end }) => start <= end, 'the selection ends before it starts'),
  ),
  v.strictObject({ type: v.literal('cancelAnalysis') }),
  v.strictObject({ type: v.literal('startAnalysis') }),
  v.strictObject({ type: v.literal('removeAnnotation'), annotation: text(LIMITS.id) }),
  v.strictObject({
    type: v.literal('command'),
    command: v.picklist([
      'goTo',
      'annotateSelection',
      'exportMarkdown',
      'decodeSdsHere',
      'setBase',
      'whyAlive',
      'showReferences',
    ]),
  }),
  v.strictObject({ type: v.literal('trouble'), message: cut(LIMITS.trouble) }),
]);

export type Validated =
  | { readonly valid: true; readonly message: FromWebview }
  /** `id` where the message was a question that waits for an answer all the same. */
  | { readonly valid: false; readonly reason: string; readonly id: number | undefined };

export function validate(received: unknown): Validated {
  const result = v.safeParse(message, received);
  if (result.success) return { valid: true, message: result.output };
  const [issue] = result.issues;
  const id = v.safeParse(v.object({ id: count }), received);
  const place = v.getDotPath(issue);
  return {
    valid: false,
    reason: place ? `${place}: ${issue.message}` : issue.message,
    id: id.success ? id.output.id : undefined,
  };
}
