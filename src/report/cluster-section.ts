import type { RootContent } from 'mdast';
import type { Cluster } from '../heap/clusters.ts';
import { code, heading, paragraph, table, words } from './blocks.ts';
import type { Manner } from './markdown.ts';
import { count, hex, share } from './numbers.ts';
import { shortened } from './printable.ts';
import { shapeOf } from './redaction.ts';

const MOST_SAMPLE = 80;

/** The table of clusters, in the order they came. */
export function clusterSection(clusters: readonly Cluster[], total: number, { masked }: Manner): RootContent[] {
  const rows = clusters.map(cluster => [
    words(cluster.header),
    words(cluster.sizeClass === 0 ? '' : count(cluster.sizeClass)),
    words(cluster.stride === 0 ? '' : count(cluster.stride)),
    words(count(cluster.count)),
    words(count(cluster.bytes)),
    words(
      cluster.minLength === cluster.maxLength
        ? count(cluster.minLength)
        : `${count(cluster.minLength)}–${count(cluster.maxLength)}`,
    ),
    words(share(cluster.fill)),
    words(verdicts(cluster)),
    words(hex(cluster.first)),
    sampleCell(cluster, masked),
  ]);
  return [
    heading(2, 'Clusters of repeated allocations'),
    ...(total === 0
      ? [paragraph('None were found.')]
      : [
          ...(clusters.length < total ? [paragraph(`The first ${count(clusters.length)} of ${count(total)}.`)] : []),
          table(
            [
              ['Header', 'left'],
              ['Size class', 'right'],
              ['Stride', 'right'],
              ['Count', 'right'],
              ['Bytes', 'right'],
              ['Length', 'right'],
              ['Slots filled', 'right'],
              ['Verdicts', 'left'],
              ['First member', 'left'],
              ['Sample', 'left'],
            ],
            rows,
          ),
        ]),
  ];
}

function verdicts({ byVerdict }: Cluster): string {
  return Object.entries(byVerdict)
    .filter(([, { count }]) => count > 0)
    .map(([verdict, { count: members }]) => `${verdict} ${count(members)}`)
    .join(', ');
}

function sampleCell({ samples }: Cluster, masked: boolean) {
  const [sample = ''] = samples;
  return code(shortened(masked ? shapeOf(sample) : sample, MOST_SAMPLE));
}
