import type { ClusterPage } from '../../src/analysis/api.ts';
import { element } from '../dom.ts';
import { count, percent, size } from '../text.ts';
import { verdictTags } from './verdict.ts';

export type Cluster = ClusterPage['clusters'][number];

/** So many verdicts with their counts take more than a line, and the shape goes on behind the last of them. */
const MANY = 3;

/** One cluster in four lines: how much of what, how much of it leaked, how it lies in memory, what it says. */
export function renderCluster(row: HTMLElement, cluster: Cluster | undefined): void {
  if (!cluster) {
    row.replaceChildren(element('div', { class: 'cluster-line faint' }, 'Loading…'));
    return;
  }
  const { header, bytes, fill, samples, byVerdict } = cluster;
  const meter = element('span', { class: 'meter', 'aria-hidden': 'true' }, element('span', { class: 'meter-fill' }));
  (meter.firstElementChild as HTMLElement).style.width = `${Math.round(fill * 100)}%`;
  const tags = verdictTags(byVerdict);
  row.replaceChildren(
    element(
      'div',
      { class: 'cluster-line' },
      element('strong', { class: 'cluster-count' }, count(cluster.count)),
      element('span', { class: 'cluster-place', title: clusterName(cluster) }, `× ${header}`, ...place(cluster)),
      element('span', { class: 'cluster-bytes' }, size(bytes)),
    ),
    element(
      'div',
      { class: 'cluster-facts faint' },
      ...tags,
      tags.length < MANY ? element('span', { class: 'break' }) : undefined,
      element(
        'span',
        { class: 'filled', title: 'Share of the slots at that stride that these strings fill' },
        meter,
        `${percent(fill)} filled`,
      ),
      element('span', { title: 'Length of the text, shortest to longest' }, lengths(cluster)),
    ),
    element('div', { class: 'clipped sample' }, samples[0] || '(empty)'),
  );
}

/** "sdshdr8 in 80-byte regions", for headings. */
export function clusterName({ header, count: howMany, ...cluster }: Cluster): string {
  return `${count(howMany)} × ${header}${inSlots(cluster)}`;
}

/** The place, its small words left out where the list is narrow. */
function place(cluster: Cluster): (HTMLElement | string)[] {
  const [, before, text, after] = /^( in|,)?(.*)( \w+)$/.exec(inSlots(cluster)) ?? ['', '', '', ''];
  return [element('span', { class: 'roomy' }, before ?? ''), text, element('span', { class: 'roomy' }, after)];
}

function inSlots({ sizeClass, stride }: Pick<Cluster, 'sizeClass' | 'stride'>): string {
  if (sizeClass > 0) return ` in ${count(sizeClass)}-byte regions`;
  return stride > 0 ? `, ${count(stride)} bytes apart` : '';
}

function lengths({ minLength, maxLength }: Cluster): string {
  if (minLength === maxLength) return `${count(minLength)} ${minLength === 1 ? 'char' : 'chars'}`;
  return `${count(minLength)}–${count(maxLength)} chars`;
}
