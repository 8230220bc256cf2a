import { testBit } from '../allocator/regions.ts';
import { NO_HEADER } from './classify-strings.ts';
import { KIND_EMBSTR, KIND_SDS, verdictCode } from './kinds.ts';
import { AT_19, AT_24, AT_START, EXACT_CODE } from './pointer-codes.ts';
import type { Reachability } from './reachability.ts';
import type { References } from './references.ts';

const LIVE = verdictCode('live');
const LEAKED = verdictCode('leaked');
const INDIRECT = verdictCode('leaked-indirect');
const WEAK = verdictCode('leaked-weak');
const FREED = verdictCode('freed');
const UNKNOWN = verdictCode('unknown');

/** The start of an EMBSTR object, or its text. */
const EMBSTR_CODES = (1 << AT_START) | (1 << AT_19) | (1 << AT_24);
const ANY_CODE = 0xffff;

/**
 * Verdict codes per region, into `verdict`. A string lives by an exact reference only; an EMBSTR by one to its object;
 * everything else by any pointer into it, because what it is (and where it may be pointed at) is less certain.
 * Of what `refuse` names (all regions, where something that could hold the last reference is missing, or those of a bit set, which may
 * be freed) nothing is called leaked.
 */
export function judge(
  references: References,
  reachability: Reachability,
  kind: Uint8Array,
  header: Uint8Array,
  refuse: 'all' | Uint32Array | undefined,
  verdict: Uint8Array,
  breathe: () => void,
): void {
  const { inUse } = references;
  const { fromReached, fromUnreached, weak, reached } = reachability;
  for (let id = 0; id < kind.length; id++) {
    breathe();
    if (!testBit(inUse, id)) {
      verdict[id] = FREED;
      continue;
    }
    let exact = ANY_CODE;
    if (kind[id] === KIND_SDS && header[id] !== NO_HEADER) exact = 1 << EXACT_CODE[header[id]];
    else if (kind[id] === KIND_EMBSTR) exact = EMBSTR_CODES;
    if ((fromReached[id] & exact) !== 0) verdict[id] = LIVE;
    else if (refuse === 'all' || (refuse !== undefined && testBit(refuse, id))) verdict[id] = UNKNOWN;
    else if ((fromUnreached[id] & exact) !== 0) verdict[id] = INDIRECT;
    else if (fromReached[id] !== 0 || fromUnreached[id] !== 0 || testBit(weak, id) || testBit(reached, id)) {
      verdict[id] = WEAK;
    } else verdict[id] = LEAKED;
  }
}
