import { newHash, newIntset, newPacked, newSet, newZset } from './aggregates.ts';
import type { Keyspace } from './keyspace.ts';
import { newList } from './lists.ts';
import { prose } from './names.ts';
import { ENCODING, newObject, newStringObject, TYPE } from './objects.ts';
import { newStream } from './streams.ts';

/** A string's object: a number, a shared number, short text or long text. `settled` ones are never freed. */
export function anyString(keyspace: Keyspace, settled: boolean): number {
  const { server } = keyspace;
  const { random, profile } = server;
  const dice = random.below(10);
  if (dice < 2) return newObject(server, TYPE.string, ENCODING.int, 10_000 + random.below(1e6));
  // An object with its key inside is never shared.
  if (dice < 3 && profile.keys !== 'in-object') return keyspace.sharedIntegers[random.below(10_000)];
  const length = random.chance(0.004)
    ? random.pick([20_000, 70_000])
    : random.between(1, dice < 8 ? 44 : dice < 9 ? 120 : 700);
  return newStringObject(server, prose(random, length), { settled: settled && profile.keys !== 'in-object' });
}

/** A value of any type and encoding the server has. */
export function anyValue(keyspace: Keyspace, settled: boolean): number {
  const { server, dictType } = keyspace;
  const { random, profile } = server;
  const texts = (count: number) =>
    Array.from({ length: count }, (_, i) => `${prose(random, random.between(3, 40))}#${i}`);
  switch (random.below(24)) {
    case 0:
      return newList(server, texts(random.between(1, 60)));
    case 1:
      return newSet(server, dictType, texts(random.between(2, 30)));
    case 2:
      return newIntset(
        server,
        Array.from({ length: 12 }, () => random.below(1e6)),
      );
    case 3:
      return newHash(server, dictType, new Map(texts(random.between(2, 20)).map(field => [field, prose(random, 50)])));
    case 4:
      return newPacked(server, TYPE.hash, texts(2 * random.between(1, 20)));
    case 5:
      return newZset(server, dictType, texts(random.between(2, 30)));
    case 6:
      return newPacked(server, TYPE.zset, texts(2 * random.between(1, 10)));
    case 7:
      return profile.slots === 'rax' || profile.aggregates === 'listpack'
        ? newStream(server, texts(random.between(1, 40)))
        : newList(server, texts(3));
    default:
      return anyString(keyspace, settled);
  }
}
