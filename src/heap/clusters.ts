/** One row of the cluster list: strings of one header and one size class (stride). */
export interface Cluster extends ClusterRow {
  /** A few members' text, unmasked, printable; the webview and the report mask it where asked. */
  readonly samples: readonly string[];
}

/** A cluster without what must be read from the dump. */
export interface ClusterRow {
  /** Stable within one analysis; pages of members are asked for by it. Its place in ClusterTable.rows. */
  readonly id: number;
  /** "sdshdr8", "embstr" for strings inside an EMBSTR object, "sdshdr5 in an object" where another block holds them. */
  readonly header: string;
  /** Bytes of the region each member lies in; 0 where no allocator was recovered. */
  readonly sizeClass: number;
  /** The most frequent distance in bytes between neighbours: the size class where they lie side by side. 0 where no two lie within 1 MiB. */
  readonly stride: number;
  readonly count: number;
  /** Sum of region sizes (of header + alloc + NUL without an allocator, or where another block holds them). */
  readonly bytes: number;
  readonly minLength: number;
  readonly maxLength: number;
  /** Of the slots at that stride, between first and last member of each run of neighbours (or in its slabs), the share that members fill: 0…1. */
  readonly fill: number;
  readonly byVerdict: Readonly<Record<string, { count: number; bytes: number }>>;
  /** Address of the first member. */
  readonly first: number;
}

/** All clusters of an analysis: small rows, and one shared column that lists their members. */
export interface ClusterTable {
  /** Most leaked bytes first, then most bytes that are not free. */
  readonly rows: readonly ClusterRow[];
  /** String indices, cluster by cluster, each in address order. */
  readonly members: Uint32Array;
  /** Where each row's members begin in `members`; one more entry for the end of the last. */
  readonly firstMember: Uint32Array;
}
