/** The caret and what is selected, as file offsets: the same bytes in either order, and as cheap for 1 GiB as for one byte. */
export interface Selection {
  /** Where selecting began. */
  readonly anchor: number;
  /** The byte the caret is on. */
  readonly caret: number;
}

/** File offsets [start, end): the caret's byte at least. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export function caretAt(offset: number): Selection {
  return { anchor: offset, caret: offset };
}

export function extendTo({ anchor }: Selection, caret: number): Selection {
  return { anchor, caret };
}

/** Selects [start, end) with the caret on its first byte. */
export function selectRange({ start, end }: Range): Selection {
  return { anchor: Math.max(start, end - 1), caret: start };
}

export function rangeOf({ anchor, caret }: Selection): Range {
  return { start: Math.min(anchor, caret), end: Math.max(anchor, caret) + 1 };
}

/** Keeps a selection inside a dump of `size` bytes. */
export function within({ anchor, caret }: Selection, size: number): Selection {
  const last = Math.max(0, size - 1);
  return { anchor: Math.min(anchor, last), caret: Math.min(caret, last) };
}
