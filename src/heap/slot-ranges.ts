import { HASH_SLOTS } from '../layout/hash-slot.ts';

/** Marks of hash slots: 1 where "0-5460, 7000" names them. Undefined where the text is no such list. */
export function parseSlots(text: string): Uint8Array | undefined {
  const slots = new Uint8Array(HASH_SLOTS);
  for (const part of text.split(/[\s,]+/).filter(one => one !== '')) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    if (first === undefined || Number(first) > Number(last) || Number(last) >= HASH_SLOTS) return undefined;
    slots.fill(1, Number(first), Number(last) + 1);
  }
  return slots;
}

/** Ascending ranges of the slots for which `marks` is not 0, both ends included, at most `most`. */
export function slotRanges(marks: ArrayLike<number>, most: number): [number, number][] {
  const ranges: [number, number][] = [];
  for (let slot = 0; slot < HASH_SLOTS; slot++) {
    if (marks[slot] === 0) continue;
    const last = ranges[ranges.length - 1];
    if (last !== undefined && last[1] === slot - 1) last[1] = slot;
    else if (ranges.length === most) break;
    else ranges.push([slot, slot]);
  }
  return ranges;
}
