import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { layoutOfVersion, type ServerName, versionNumber } from '../layout/versions.ts';
import type { ServerIdentity } from './findings.ts';
import { type AnalysisHooks, partOf } from './hooks.ts';
import { type LayoutVotes, voteOnLayout } from './layout-votes.ts';
import { findVersionStrings, type VersionString } from './version-strings.ts';

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

/**
 * Which server wrote this memory: its name by the files it has mapped, its version by texts it keeps in writable memory
 * (its constants are mostly not dumped), both held against the structures that are really there. Where no version is found, the
 * structures alone decide on a family, and the identity is marked unverified. Throws Cancelled.
 */
export function identifyServer(dump: Dump, regions: RegionTable, hooks: AnalysisHooks): ServerIdentity {
  const strings = findVersionStrings(dump, partOf(hooks, 0, 0.4));
  const votes = voteOnLayout(dump, regions, partOf(hooks, 0.4, 1));
  return decide(nameOf(dump), strings, votes);
}

interface NameEvidence {
  readonly name: ServerName;
  readonly sentence: string;
}

/** Decides from what was found; apart so that it can be tried without a dump. */
export function decide(
  named: NameEvidence | undefined,
  strings: readonly VersionString[],
  votes: LayoutVotes,
): ServerIdentity {
  const spoken = strings.find(one => one.name !== undefined);
  const name = named?.name ?? spoken?.name ?? 'redis';
  const evidence = named ? [named.sentence] : [];
  const best = pickVersion(name, strings);
  const known = best && layoutOfVersion(name, best.version);
  if (best && known && agrees(known.layout.dict, votes)) {
    evidence.push(sentenceOf(best), votesSentence(votes));
    return { name, version: best.version, ...known, evidence };
  }
  if (best) {
    evidence.push(`${sentenceOf(best)} But the structures in memory are another version's, so it does not count.`);
  }
  evidence.push(votesSentence(votes));
  const family = familyOf(name, votes);
  const layout = layoutOfVersion(name, family.layoutOf)?.layout ?? layoutOfVersion('redis', family.layoutOf)!.layout;
  // Whether its rax is padded is not known: read by the byte, which sees the aligned words as well.
  const cautious = family.raxUnknown ? { ...layout, raxPadded: false } : layout;
  evidence.push('The version was not found: the layout is inferred from the structures.');
  return {
    name: named || spoken ? name : 'unknown',
    version: family.version,
    layout: cautious,
    evidence,
    unverified: true,
  };
}

/** The server's name by its process and the files mapped into it. */
function nameOf(dump: Dump): NameEvidence | undefined {
  const process = dump.process?.name ?? '';
  for (const name of NAMES) {
    if (process.toLowerCase().includes(name)) return { name, sentence: `The process is called ${process}.` };
  }
  for (const name of NAMES) {
    const program = new RegExp(`/${name}-(server|check-rdb|check-aof|sentinel)[^/]*$`);
    const module = dump.modules.find(one => program.test(one.path));
    if (module) return { name, sentence: `The program ${module.path} is mapped into the process.` };
  }
  return undefined;
}

/** The version the texts agree on: what INFO or the log says in the server's own name, else what Lua was told. */
function pickVersion(name: ServerName, strings: readonly VersionString[]): VersionString | undefined {
  const own = strings.find(one => one.name === name && versionNumber(one.version) !== undefined);
  if (own) return own;
  // Lua knows REDIS_VERSION from 7.0 on; cjson's own version (2.1.0) is among its strings too. Servers that forked keep
  // REDIS_VERSION at 7.2.4 for old scripts' sake and give their own beside it.
  const lua = strings.filter(one => one.source === 'lua' && (versionNumber(one.version) ?? 0) >= 700);
  const forked = name === 'redis' ? [] : lua.filter(one => one.version !== '7.2.4');
  return forked[0] ?? lua[0];
}

function sentenceOf(one: VersionString): string {
  const where = `at 0x${one.address.toString(16)}`;
  if (one.source === 'lua') return `The Lua interpreter holds the string ${one.version} ${where}.`;
  const what = one.source === 'log' ? "a line of the server's log" : 'a reply to INFO';
  return `Memory holds ${what} ${where} that says ${one.name} ${one.version}.`;
}

function votesSentence(votes: LayoutVotes): string {
  const count = (value: number): string => value.toLocaleString('en-US');
  return (
    `Hash tables that lead where they say: ${count(votes.dictht)} with two dictht (<= 6.2), ` +
    `${count(votes.dict7)} as from 7.0 on, ${count(votes.hashtable)} as from Valkey 8.1 on; ` +
    `strings whose alloc is the usable size: ${count(votes.allocUsable)}, the length: ${count(votes.allocExact)}, ` +
    `with the header of 3.0: ${count(votes.sdsOld)}; ` +
    `objects that name their encoding as from 2.8 on: ${count(votes.objectsPlain)}, as before: ${count(votes.objectsSpread)}.`
  );
}

/** Whether the version's hash table is among those found. Without any there is nothing to contradict it. */
function agrees(dict: ServerIdentity['layout']['dict'], votes: LayoutVotes): boolean {
  const most = Math.max(votes.dictht, votes.dict7, votes.hashtable);
  if (most < 8) return true;
  if (dict === 'dictht') return votes.dictht * 4 > most;
  if (dict === 'hashtable') return votes.hashtable * 4 > most;
  return votes.dict7 * 4 > most;
}

/** Versions that fit the structures, and one whose layout to read by. */
function familyOf(name: ServerName, votes: LayoutVotes): { version: string; layoutOf: string; raxUnknown: boolean } {
  if (votes.hashtable > votes.dict7 && votes.hashtable > votes.dictht) {
    return { version: '8.1-9', layoutOf: '8.1', raxUnknown: false };
  }
  if (votes.dict7 > votes.dictht) {
    if (name === 'valkey') return { version: '7.2-8.0', layoutOf: '8.0', raxUnknown: false };
    return { version: '7.0-8.0', layoutOf: name === 'redict' ? '7.3' : '7.2', raxUnknown: false };
  }
  if (votes.sdsOld > votes.allocUsable + votes.allocExact) {
    if (votes.objectsSpread > votes.objectsPlain) return { version: '2.2-2.6', layoutOf: '2.6', raxUnknown: false };
    // Without an object that tells, the newer ones are read: what rests on an object's bits is then not found.
    return { version: votes.objectsPlain > 0 ? '2.8-3.0' : '2.2-3.0', layoutOf: '3.0', raxUnknown: false };
  }
  if (votes.allocUsable > votes.allocExact)
    return { version: '6.2', layoutOf: name === 'keydb' ? '6.3' : '6.2', raxUnknown: false };
  return { version: '3.2-6.0', layoutOf: name === 'keydb' ? '5.0' : '3.2', raxUnknown: true };
}
