import { OWNER_KINDS, type OwnerKind, REGION_KINDS, type RegionKind, VERDICTS, type Verdict } from './findings.ts';

/** Codes of the names in findings.ts, for the columns. */
export function kindCode(kind: RegionKind): number {
  return REGION_KINDS.indexOf(kind);
}

export function verdictCode(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict);
}

export function ownerCode(kind: OwnerKind): number {
  return OWNER_KINDS.indexOf(kind);
}

export const KIND_UNKNOWN = kindCode('unknown');
export const KIND_SDS = kindCode('sds');
export const KIND_EMBSTR = kindCode('embstr');
