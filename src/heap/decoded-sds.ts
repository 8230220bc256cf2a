import type { Verdict } from './findings.ts';

/** One thing that was looked at to believe or refuse a string. */
export interface Evidence {
  /** 'len <= alloc', 'NUL after the text', 'starts a region', 'fits its size class', 'a word points at it', … */
  readonly check: string;
  /** undefined: could not be looked at (the detail says why). */
  readonly holds: boolean | undefined;
  /** A sentence with its numbers. Never quotes the dump's text: it is kept in sidecars and shown in masked reports. */
  readonly detail: string;
}

export interface DecodedSds {
  readonly header: string;
  /** Payload address (the sds pointer), '0x' and lower-case hex. */
  readonly address: string;
  /** File offset of the payload. */
  readonly offset: number;
  /** File range [start, end) of header, text, NUL and slack. */
  readonly start: number;
  readonly end: number;
  readonly len: number;
  readonly alloc: number;
  readonly flags: number | undefined;
  /** At most 4 KiB of it, non-printable bytes escaped as \xNN; `textTruncated` says when there is more. */
  readonly text: string;
  readonly textTruncated: boolean;
  readonly verdict: Verdict;
  readonly fields: readonly { name: string; start: number; end: number; value: string }[];
  readonly evidence: readonly Evidence[];
}

export interface SdsRefusal {
  readonly address: string;
  readonly offset: number;
  /** For each header type the check that failed nearest to success. */
  readonly refusals: readonly { header: string; check: string; detail: string }[];
}

export type DecodeResult =
  | { readonly found: true; readonly sds: DecodedSds }
  | { readonly found: false; readonly refusal: SdsRefusal };
