import type { DecodedSds, DecodeResult, Evidence, SdsRefusal } from '../../src/analysis/api.ts';
import { element, icon } from '../dom.ts';
import { count, hex } from '../text.ts';
import { verdictTag } from './verdict.ts';

const SHOWN_TEXT = 1024;

/** The result of "Decode SDS Here": the string with its fields and the evidence, or why there is none. */
export function renderDecode(result: DecodeResult): HTMLElement {
  return result.found ? found(result.sds) : refused(result.refusal);
}

function found(sds: DecodedSds): HTMLElement {
  const text = sds.text.length > SHOWN_TEXT ? `${sds.text.slice(0, SHOWN_TEXT)}…` : sds.text;
  return element(
    'section',
    {},
    element('h3', {}, `${sds.header} at ${sds.address} `, verdictTag(sds.verdict)),
    element('pre', { class: 'decoded-text', tabindex: 0, 'aria-label': 'Text' }, text === '' ? '(empty)' : text),
    sds.textTruncated ? element('p', { class: 'faint' }, `The beginning of ${count(sds.len)} bytes.`) : undefined,
    element(
      'table',
      { class: 'readings decoded-fields' },
      element(
        'thead',
        {},
        element('tr', {}, ...['Field', 'Offset', 'Value'].map(name => element('th', { scope: 'col' }, name))),
      ),
      element(
        'tbody',
        {},
        ...sds.fields.map(({ name, start, value }) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, name),
            element('td', {}, hex(start)),
            element('td', { title: value }, value),
          ),
        ),
      ),
    ),
    element('h3', {}, 'Evidence'),
    element('ul', { class: 'evidence' }, ...sds.evidence.map(evidenceItem)),
  );
}

const HOLDS = {
  true: ['pass-filled', 'holds'],
  false: ['error', 'does not hold'],
  undefined: ['question', 'not looked at'],
};

function evidenceItem({ check, holds, detail }: Evidence): HTMLElement {
  const [glyph, words] = HOLDS[`${holds}`];
  return element(
    'li',
    { class: `holds-${holds}` },
    icon(glyph),
    element('span', {}, element('strong', {}, check), `: ${words}. `, element('span', { class: 'faint' }, detail)),
  );
}

function refused({ address, offset, refusals }: SdsRefusal): HTMLElement {
  const heading = element('h3', {}, `No string at ${address || `offset ${hex(offset)}`}`);
  const [first] = refusals;
  const same = refusals.every(({ check, detail }) => check === first.check && detail === first.detail);
  // What holds for every header type is said once.
  if (refusals.length > 1 && same) {
    return element('section', {}, heading, element('p', {}, `With any header type: ${first.detail}.`));
  }
  return element(
    'section',
    {},
    heading,
    element('p', {}, 'For each header type, the check that failed:'),
    element(
      'ul',
      { class: 'evidence' },
      ...refusals.map(({ header, check, detail }) =>
        element(
          'li',
          { class: 'holds-false' },
          icon('error'),
          element(
            'span',
            {},
            element('strong', {}, header),
            `: ${check}. `,
            element('span', { class: 'faint' }, detail),
          ),
        ),
      ),
    ),
  );
}
