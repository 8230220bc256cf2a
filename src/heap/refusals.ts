import { SDS_HEADER_SIZE, SDS_HEADERS, SDS_OLD } from '../layout/sds.ts';
import { bytesText } from './string-parts.ts';

/** Why there is no string with this header: the check that failed nearest to success. */
export interface Refusal {
  readonly header: string;
  readonly check: string;
  readonly detail: string;
}

/** The checks in the order they are made: a later one is nearer to success. */
const CHECKS = ['flags', 'free', 'len', 'room', 'reach', 'nul', 'weak'] as const;
type Check = (typeof CHECKS)[number];

interface Failure {
  readonly stage: number;
  readonly payload: number;
  readonly first: number;
  readonly second: number;
}

/** Keeps, per header, the failure nearest to success, and of equally near ones the one nearest to the byte asked about. */
export class RefusalLog {
  readonly #address: number;
  readonly #nearest: (Failure | undefined)[] = SDS_HEADERS.map(() => undefined);

  constructor(address: number) {
    this.#address = address;
  }

  /** Two numbers go into the sentence: len and alloc, or for `nul` len and the byte that stands there (-1: absent). */
  add(code: number, check: Check, payload: number, first: number, second: number): void {
    const stage = CHECKS.indexOf(check);
    const before = this.#nearest[code];
    if (before !== undefined) {
      if (stage < before.stage) return;
      const nearer = Math.abs(payload - this.#address) < Math.abs(before.payload - this.#address);
      if (stage === before.stage && !nearer) return;
    }
    this.#nearest[code] = { stage, payload, first, second };
  }

  refusals(): Refusal[] {
    return SDS_HEADERS.map((header, code) => {
      const failure = this.#nearest[code];
      if (failure === undefined) {
        return { header, check: code === SDS_OLD ? 'len and free' : 'flags byte', detail: nothingNamed(code) };
      }
      return { header, ...sentence(CHECKS[failure.stage], code, failure) };
    });
  }
}

function nothingNamed(code: number): string {
  if (code === SDS_OLD) return 'nothing before this byte reads as len and free of a string';
  return `no byte in reach has the type bits ${code} and its upper bits ${code === 0 ? 'as a length' : '0'}`;
}

function sentence(check: Check, code: number, failure: Failure): { check: string; detail: string } {
  const { payload, first, second } = failure;
  const where = `a header at ${hex(payload - SDS_HEADER_SIZE[code])}`;
  switch (check) {
    case 'free':
      return {
        check: 'free',
        detail: `${where} would have len ${count(first)} and free ${count(second - first)}, more than Redis leaves free`,
      };
    case 'len':
      return { check: 'len <= alloc', detail: `${where} would have len ${count(first)} > alloc ${count(second)}` };
    case 'room':
      return {
        check: 'alloc fits its segment',
        detail: `${where} would have len ${count(first)} and alloc ${count(second)}: its segment ends before that`,
      };
    case 'reach':
      return {
        check: 'reaches this byte',
        detail: `${where} has len ${count(first)} and alloc ${count(second)}: it ends at ${hex(payload + second + 1)}, before this byte`,
      };
    case 'nul': {
      const there = second < 0 ? 'that byte is not in the dump' : `there is 0x${second.toString(16).padStart(2, '0')}`;
      return {
        check: 'NUL after the text',
        detail: `${where} has len ${count(first)}: a NUL must be at ${hex(payload + first)}, but ${there}`,
      };
    }
    default:
      return {
        check: 'plausible content',
        detail:
          first === 0
            ? `${where} is that of an empty string, and nothing else speaks for it`
            : `${where} has len ${count(first)}${code === 0 ? '' : ` and alloc ${count(second)}`} and a NUL behind it, but its ${bytesText(first)} are no text and nothing else speaks for it`,
      };
  }
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
