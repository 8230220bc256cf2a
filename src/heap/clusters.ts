/** One row of the cluster list: strings of one header and one size class (stride). */
export interface Cluster {
  /** Stable within one analysis; pages of members are asked for by it. */
  readonly id: number;
  /** "sdshdr8", or "embstr" for strings inside an EMBSTR object. */
  readonly header: string;
  /** Bytes of the region each member lies in; 0 where no allocator was recovered. */
  readonly sizeClass: number;
  /** The most frequent distance in bytes between neighbours: the size class where they lie side by side. */
  readonly stride: number;
  readonly count: number;
  /** Sum of region sizes (of header + alloc + NUL without an allocator). */
  readonly bytes: number;
  readonly minLength: number;
  readonly maxLength: number;
  /** Of the slots at that stride, between first and last member of each run of neighbours (or in its slabs), the share that members fill: 0…1. */
  readonly fill: number;
  readonly byVerdict: Readonly<Record<string, { count: number; bytes: number }>>;
  /** Address of the first member. */
  readonly first: number;
  /** A few members' text, unmasked, printable; the webview and the report mask it where asked. */
  readonly samples: readonly string[];
}
