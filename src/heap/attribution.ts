/** What the leaked members of a family have in common. Counts are of its leaked strings, unless they say otherwise; shares 0…1. */
export interface Attribution {
  /** Leaked strings that were looked at; the texts of the first million of the dump, see `texts`. */
  readonly members: number;
  readonly slots: SlotAttribution;
  readonly texts: TextAttribution;
  /** By the room their headers promise: as long as the text, all that the region holds, twice the text, anything else; sdshdr5 has none. */
  readonly alloc: {
    readonly exact: number;
    readonly usable: number;
    readonly doubled: number;
    readonly other: number;
    readonly none: number;
  };
  /** What leaked region holds them, most frequent first; strings that nothing holds are not counted. */
  readonly holders: readonly { readonly kind: string; readonly count: number }[];
  readonly slabs: SlabAttribution;
  /** Families (places in FamilyTable.rows) of the strings that follow a leaked one in its slab, most frequent first, leaked ones of the same family included. */
  readonly neighbours: readonly { readonly family: number; readonly count: number }[];
  /** Plausible origins, the likeliest first. */
  readonly origins: readonly Origin[];
}

/** Hash slots of the texts, were they names of keys. */
export interface SlotAttribution {
  /** Different slots among the leaked texts; sixteen thousand random names lie in some ten thousand. */
  readonly distinct: number;
  /** Where the slots that this server owns come from; 'none' where that is not known. */
  readonly known: 'dump' | 'given' | 'none';
  /** Leaked texts in slots that the server owns, and in others; 0 where that is not known. */
  readonly owned: number;
  readonly foreign: number;
  /** The slots of the latter, as ascending ranges with both ends included; at most 32. */
  readonly foreignRanges: readonly (readonly [from: number, to: number])[];
}

export interface TextAttribution {
  /** Leaked strings whose text was compared. */
  readonly compared: number;
  /** Those with the text of a live key of a database. */
  readonly liveKey: number;
  /** Of some other live string that an object, entry or node holds. */
  readonly liveValue: number;
  /** Of a live string in another role: a client's argument, a node's name. */
  readonly otherLive: number;
  /** Of a string that was freed and whose bytes are still there. */
  readonly freed: number;
  /** Of no string that is not leaked. */
  readonly none: number;
  /** Those of `liveKey` by the number of the key's database, where that is known; most frequent first. */
  readonly databases: readonly { readonly database: number; readonly count: number }[];
  /** Different texts, and how often the most frequent of them occurs. */
  readonly distinct: number;
  readonly mostCopies: number;
}

export interface SlabAttribution {
  /** Slabs of more than one region that hold leaked members. */
  readonly count: number;
  /** Of their regions, the share that holds leaked members of this family. */
  readonly share: number;
  /** Of the leaked members, the share whose next region holds a leaked string too, of whatever family. */
  readonly followed: number;
}

/** One way in which such strings can have leaked. */
export interface Origin {
  /** The rule's name: "key-copies". */
  readonly rule: string;
  /** 0…1: how well the evidence fits; below one half it does not decide. */
  readonly score: number;
  /** Sentences with numbers; none quotes the dump's text. */
  readonly evidence: readonly string[];
  readonly counter: readonly string[];
}
