import manifest from '../../../package.json' with { type: 'json' };
import type { DecodeResult } from '../../../src/analysis/api.ts';
import type { AnnotationView, FromWebview, ToWebview, ViewSettings } from '../../../src/editor/protocol.ts';
import { DumpModel } from './model.ts';
import type { Scenario, ThemeName } from './scenario.ts';
import themes from './themes.json' with { type: 'json' };

interface Spy {
  scenario: Scenario;
  model: DumpModel;
  received: FromWebview[];
  state: unknown;
  send(message: ToWebview): void;
  setDelay(milliseconds: number): void;
  /** Questions that will be refused with a sentence. */
  refuse: Set<string>;
  setTheme(name: ThemeName): void;
  menus: { x: number; y: number; context: string | undefined }[];
}

const scenario: Scenario = JSON.parse(new URLSearchParams(location.search).get('scenario') ?? '{"size":4096}');
const model = new DumpModel(scenario);
if (scenario.clusters !== undefined) model.clusterCount = scenario.clusters;
let delay = scenario.delay ?? 0;
const settings: ViewSettings = {
  bytesPerRow: 16,
  order: 'file',
  addressColumn: 'address',
  uppercase: false,
  ...scenario.settings,
};

const spy: Spy = {
  scenario,
  model,
  received: [],
  state: scenario.state,
  send: message => window.postMessage(message, '*'),
  setDelay: milliseconds => {
    delay = milliseconds;
  },
  refuse: new Set(),
  setTheme,
  menus: [],
};
Object.assign(window, { spy });

if (scenario.noHighlights) Reflect.deleteProperty(window, 'Highlight');
setTheme(scenario.theme ?? 'dark');

/** Real values of VS Code's default themes, and our own colours as the manifest contributes them. */
function setTheme(name: ThemeName): void {
  const { bodyClass, variables } = themes[name];
  for (const [variable, value] of Object.entries(variables))
    document.documentElement.style.setProperty(variable, value);
  for (const { id, defaults } of manifest.contributes.colors) {
    document.documentElement.style.setProperty(`--vscode-${id.replace('.', '-')}`, defaults[name]);
  }
  document.body.className = bodyClass;
  document.body.dataset.vscodeThemeKind = bodyClass.split(' ')[0];
}

// As VS Code's own page does: the nearest contexts up the tree, merged.
document.addEventListener('contextmenu', event => {
  event.preventDefault();
  const holder = (event.target as Element).closest<HTMLElement>('[data-vscode-context]');
  spy.menus.push({ x: event.clientX, y: event.clientY, context: holder?.dataset.vscodeContext });
});

function answer(message: Extract<FromWebview, { id: number }>): unknown {
  switch (message.type) {
    case 'window':
      return model.window(message.ask);
    case 'rowOf':
      return model.rowOf(message.ask.order, message.ask.offset, message.ask.bytesPerRow);
    case 'inspect':
      return model.inspect(message.ask.offset);
    case 'clusters':
      return model.clusters(message.ask.first, message.ask.count);
    case 'members':
      return model.members(message.ask.cluster, message.ask.first, message.ask.count);
    case 'setBase':
    case 'openTogether':
      return { ...model.summary(true), segments: model.summary().segments };
    case 'decodeSds':
      return decode(message.ask.offset);
    default:
      throw new Error(`The fake host knows nothing of ${message.type}.`);
  }
}

function decode(offset: number): DecodeResult {
  const place = model.slotOf(offset);
  if (!place) {
    const refusals = [5, 8, 16, 32, 64].map(bits => ({
      header: `sdshdr${bits}`,
      check: 'flags',
      detail: `the byte before is 0x${model.byte(offset).toString(16)}, not type ${Math.log2(bits)}`,
    }));
    return { found: false, refusal: { address: `0x${offset.toString(16)}`, offset, refusals } };
  }
  const overlays = model.overlaysOf(place.start, place.slot);
  return {
    found: true,
    sds: {
      header: 'sdshdr8',
      address: `0x${(model.addressOf(place.start + 3) ?? 0).toString(16)}`,
      offset: place.start + 3,
      start: place.start,
      end: place.start + 80,
      len: 71,
      alloc: 76,
      flags: 1,
      text: Array.from({ length: 71 }, (_, at) => String.fromCharCode(model.byte(place.start + 3 + at))).join(''),
      textTruncated: false,
      verdict: place.slot % 5 === 0 ? 'leaked' : 'live',
      fields: overlays.slice(1).map(({ field, start, end, label }) => ({ name: field, start, end, value: label })),
      evidence: [
        { check: 'len <= alloc', holds: true, detail: '71 <= 76' },
        { check: 'NUL after the text', holds: true, detail: 'the byte at +74 is 0x00' },
        { check: 'a word points at it', holds: place.slot % 5 !== 0, detail: 'searched 1.2 GiB' },
        { check: 'starts a region', holds: undefined, detail: 'no allocator was recovered' },
      ],
    },
  };
}

function annotations(): AnnotationView[] {
  return Array.from({ length: scenario.annotations ?? 0 }, (_, index) => ({
    id: `a${index}`,
    start: 4096 + index * 80,
    end: 4096 + index * 80 + (index % 3 === 0 ? 80 : 16),
    label: index % 2 === 0 ? `sdshdr8 ${index}` : 'Selection',
    note: index % 3 === 0 ? 'first copy of the key name, held by nobody' : '',
    kind: index % 2 === 0 ? 'decode' : 'selection',
  }));
}

function analysisMessage(): ToWebview {
  const none = { count: 0, bytes: 0 };
  if (scenario.analysis === 'running') {
    const progress = { stage: 'classify' as const, share: 0.42, message: 'Looking for strings: 12.4 of 29.5 GiB' };
    return { type: 'analysis', analysis: { state: 'running', progress } };
  }
  if (scenario.analysis === 'failed')
    return { type: 'analysis', analysis: { state: 'failed', message: 'out of memory' } };
  if (scenario.analysis !== 'done') return { type: 'analysis', analysis: { state: 'idle' } };
  return {
    type: 'analysis',
    analysis: {
      state: 'done',
      summary: {
        summary: '10,000 strings of 800 KiB leaked, all of one family.',
        complete: true,
        notes: [],
        server: undefined,
        allocator: undefined,
        strings: 120_000,
        byVerdict: {
          unknown: none,
          live: { count: 110_000, bytes: 8_800_000 },
          leaked: { count: 10_000, bytes: 800_000 },
          'leaked-indirect': none,
          'leaked-weak': none,
          freed: none,
        },
        clusters: model.clusterCount,
        milliseconds: 1234,
      },
    },
  };
}

function receive(message: FromWebview): void {
  spy.received.push(message);
  if (message.type === 'ready') {
    if (scenario.failed) {
      spy.send({ type: 'failed', ...scenario.failed });
      return;
    }
    const problems = (scenario.problems ?? []).map(text => ({ what: 'truncated' as const, message: text }));
    const dump = { ...model.summary(), problems };
    const { analysis } = analysisMessage() as Extract<ToWebview, { type: 'analysis' }>;
    spy.send({ type: 'opened', dump, settings, annotations: annotations(), analysis });
    return;
  }
  if (!('id' in message)) return;
  const { id, type } = message;
  setTimeout(() => {
    if (spy.refuse.has(type)) {
      spy.send({ type: 'answer', id, ok: false, error: `The file went away while ${type} was read.` });
      return;
    }
    spy.send({ type: 'answer', id, ok: true, value: answer(message) });
  }, delay);
}

Object.assign(window, {
  acquireVsCodeApi: () => ({
    postMessage: (message: FromWebview) => receive(structuredClone(message)),
    getState: () => spy.state,
    setState: (state: unknown) => {
      spy.state = structuredClone(state);
    },
  }),
});
