import type { Dump } from '../dump/dump.ts';
import { hexText } from '../dump/size-text.ts';

export interface Reading {
  readonly name: string;
  readonly little: string;
  readonly big: string;
}

/**
 * The usual readings of the bytes at the start of `bytes` (the byte looked at and those behind it), in both byte orders.
 * A reading for which bytes are missing is left out.
 */
export function readingsOf(bytes: Uint8Array, dump: Dump): Reading[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const readings: Reading[] = [];
  const add = (name: string, size: number, read: (littleEndian: boolean) => string) => {
    if (bytes.length >= size) readings.push({ name, little: read(true), big: read(false) });
  };
  add('uint8', 1, () => `${view.getUint8(0)}`);
  add('int8', 1, () => `${view.getInt8(0)}`);
  add('binary', 1, () => view.getUint8(0).toString(2).padStart(8, '0'));
  add('uint16', 2, little => `${view.getUint16(0, little)}`);
  add('int16', 2, little => `${view.getInt16(0, little)}`);
  add('uint32', 4, little => `${view.getUint32(0, little)}`);
  add('int32', 4, little => `${view.getInt32(0, little)}`);
  add('uint64', 8, little => `${view.getBigUint64(0, little)}`);
  add('int64', 8, little => `${view.getBigInt64(0, little)}`);
  add('float32', 4, little => floatText(view.getFloat32(0, little), 9));
  add('float64', 8, little => floatText(view.getFloat64(0, little), 17));
  add('pointer', 8, little => pointerText(view.getBigUint64(0, little), dump));
  add('Unix time (s, 32 bit)', 4, little => timeText(view.getUint32(0, little) * 1000));
  add('Unix time (s, 64 bit)', 8, little => timeText(Number(view.getBigInt64(0, little)) * 1000));
  add('Unix time (ms)', 8, little => timeText(Number(view.getBigInt64(0, little))));
  return readings;
}

/** As many digits as tell it apart from its neighbours, not more. */
function floatText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return `${value}`;
  if (Object.is(value, -0)) return '-0';
  return digits > 16 ? `${value}` : `${Number(value.toPrecision(digits))}`;
}

function pointerText(word: bigint, dump: Dump): string {
  if (word === 0n) return 'NULL';
  const segment = word <= BigInt(Number.MAX_SAFE_INTEGER) ? dump.segmentAt(Number(word)) : undefined;
  if (segment === undefined) return `${hexText(word)}, not mapped`;
  return `${hexText(word)} in ${segment.name === '' ? 'anonymous memory' : segment.name}`;
}

/** ISO 8601 in UTC, or "-" outside of what a Date can hold. */
function timeText(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? '-' : date.toISOString();
}
