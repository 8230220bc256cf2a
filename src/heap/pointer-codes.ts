/**
 * Where inside its target a pointer leads, in four bits: enough to know whether it is the exact reference to a string
 * with this or that header, without a second look at the word.
 */
export const AT_START = 0;
export const AT_1 = 1;
export const AT_2 = 2;
export const AT_3 = 3;
export const AT_4 = 4;
export const AT_5 = 5;
export const AT_8 = 6;
export const AT_9 = 7;
export const AT_16 = 8;
export const AT_17 = 9;
export const AT_19 = 10;
export const AT_11 = 11;
export const AT_24 = 12;
/** Any other place, on an even address. */
export const INSIDE_EVEN = 14;
/** Any other place, on an odd address. */
export const INSIDE_ODD = 15;

/** Code by offset, for offsets below 32. */
export const CODE_OF_OFFSET = (() => {
  const codes = new Uint8Array(32);
  for (let offset = 0; offset < 32; offset++) codes[offset] = offset & 1 ? INSIDE_ODD : INSIDE_EVEN;
  const known = [
    [0, AT_START],
    [1, AT_1],
    [2, AT_2],
    [3, AT_3],
    [4, AT_4],
    [5, AT_5],
    [8, AT_8],
    [9, AT_9],
    [11, AT_11],
    [16, AT_16],
    [17, AT_17],
    [19, AT_19],
    [24, AT_24],
  ];
  for (const [offset, code] of known) codes[offset] = code;
  return codes;
})();

export function codeOfOffset(offset: number): number {
  return offset < 32 ? CODE_OF_OFFSET[offset] : offset % 2 === 0 ? INSIDE_EVEN : INSIDE_ODD;
}

/** Code of an exact reference to a string at the start of its region, by header code (see src/layout/sds.ts). */
export const EXACT_CODE = [AT_1, AT_3, AT_5, AT_9, AT_17, AT_8] as const;

/**
 * Codes of a pointer to a struct at the region's start: the start itself and, where low bits carry a tag
 * (dict entries from Redis 7.2 and Valkey 8.0 on), two or four bytes behind it.
 */
export const START_CODES = 1 << AT_START;
export const TAGGED_START_CODES = (1 << AT_START) | (1 << AT_2) | (1 << AT_4);
