import type { Attribution, Origin } from '../heap/attribution.ts';
import { templateShape } from './family-template.ts';

/** What the leaked members of a family have in common, in what `analyze --json` prints: as in src/heap/attribution.ts, with neighbours by name. */
export interface AttributionJson extends Omit<Attribution, 'neighbours' | 'origins'> {
  readonly neighbours: readonly { readonly template: string; readonly count: number }[];
  readonly origins: readonly Origin[];
}

/** `templates` are those of all families, in their order. */
export function attributionJson(
  attribution: Attribution,
  templates: readonly string[],
  mask: boolean,
): AttributionJson {
  const { neighbours, ...rest } = attribution;
  return {
    ...rest,
    neighbours: neighbours.map(({ family, count }) => ({
      template: mask ? templateShape(templates[family]) : templates[family],
      count,
    })),
  };
}
