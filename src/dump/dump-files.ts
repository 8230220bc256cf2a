/** One more raw range of the same process. */
export interface RangeFile {
  readonly path: string;
  /** Address of its first byte, where its name or the maps do not tell. */
  readonly base?: number;
}

/** What belongs to a dump besides its first file. Apart from what opens them, so that it can be named without Node's types. */
export interface DumpFiles {
  /** Address of the first byte of the first file, where that is a raw range. */
  readonly base?: number;
  /** Files that are read as one dump behind the first. */
  readonly ranges?: readonly RangeFile[];
  /** A copy of /proc/PID/maps. */
  readonly maps?: string;
}
