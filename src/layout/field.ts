/** How the bytes of a field read; little-endian all of them. */
export type FieldForm = 'pointer' | 'unsigned' | 'signed' | 'double';

/** One field of a C struct, as it is shown: `size` bytes from `offset` of the struct. */
export interface StructField {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly form: FieldForm;
}

const WORD = 8;

/** A pointer in word number `word`. */
export function pointerField(name: string, word: number): StructField {
  return { name, offset: word * WORD, size: WORD, form: 'pointer' };
}

export function numberField(name: string, offset: number, size: number, form: FieldForm = 'unsigned'): StructField {
  return { name, offset, size, form };
}
