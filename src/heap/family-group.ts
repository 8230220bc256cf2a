import { EMBSTR_PAYLOAD, SDS_HEADER_SIZE } from '../layout/sds.ts';
import { type ClusterGroup, verdictRecord } from './cluster-group.ts';
import type { Family } from './families.ts';
import { LengthCounts } from './family-lengths.ts';
import { VERDICTS } from './findings.ts';

/** What is summed up for the strings of one template. */
export class FamilyGroup {
  readonly clusters: ClusterGroup[] = [];
  readonly #lengths = new LengthCounts();
  #first = Number.POSITIVE_INFINITY;
  #last = 0;
  #example = -1;
  #leakedExample = -1;
  #text = 0;
  #header = 0;
  #owner = 0;

  /** A member beside what its cluster counts; `owner` is the size of the block that holds it, 0 for none. */
  add(
    index: number,
    address: number,
    length: number,
    header: number,
    inObject: boolean,
    leaked: boolean,
    owner: number,
  ): void {
    this.#lengths.add(length, leaked);
    if (address < this.#first) {
      this.#first = address;
      this.#example = index;
    }
    if (leaked && (this.#leakedExample < 0 || index < this.#leakedExample)) this.#leakedExample = index;
    if (address > this.#last) this.#last = address;
    this.#text += length;
    this.#header += (inObject ? EMBSTR_PAYLOAD : SDS_HEADER_SIZE[header]) + 1;
    this.#owner += owner;
  }

  get count(): number {
    return total(this.clusters, ({ count }) => count);
  }

  get leakedBytes(): number {
    return total(this.clusters, ({ leaked }) => leaked);
  }

  get bytes(): number {
    return total(this.clusters, ({ bytes }) => bytes);
  }

  row(id: number, template: string): Family {
    const { clusters, count, bytes } = this;
    const byCode = (of: (cluster: ClusterGroup) => Float64Array) =>
      Float64Array.from(VERDICTS, (_, code) => total(clusters, cluster => of(cluster)[code]));
    const ordered = [...clusters].sort((a, b) => b.leaked - a.leaked || b.bytes - a.bytes);
    return {
      id,
      template,
      count,
      bytes,
      leakedCount: total(clusters, ({ leakedCount }) => leakedCount),
      leakedBytes: this.leakedBytes,
      byVerdict: verdictRecord(
        byCode(({ countBy }) => countBy),
        byCode(({ bytesBy }) => bytesBy),
      ),
      minLength: Math.min(...clusters.map(({ minLength }) => minLength)),
      maxLength: Math.max(...clusters.map(({ maxLength }) => maxLength)),
      lengths: this.#lengths.ranges(),
      first: this.#first,
      last: this.#last,
      example: this.#leakedExample >= 0 ? this.#leakedExample : this.#example,
      perString: {
        text: this.#text / count,
        header: this.#header / count,
        slack: (bytes - this.#text - this.#header) / count,
        owner: this.#owner / count,
      },
      clusters: ordered.map((cluster, place) => cluster.row(place)),
    };
  }
}

function total<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
