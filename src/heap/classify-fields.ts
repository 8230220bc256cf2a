import { ENTRY_KEY_WORD } from '../layout/dict.ts';
import { u64 } from '../layout/memory.ts';
import { readMstr } from '../layout/mstr.ts';
import type { Dicts } from './classify-dicts.ts';
import { LONGEST_BLOCK } from './embedded-strings.ts';
import { edgeAt, targetOf } from './references.ts';
import { FORM_KEY_VALUE_NEXT, KIND_DICT_ENTRY, KIND_HASH_ENTRY, NO_DICT, ROLE_HASH, type Typing } from './typing.ts';

/** Names the fields of hashes that are no sds but a mstr (Redis 7.4 to 8.0): what the entries of a hash's dict have as keys. */
export function classifyFields(typing: Typing, dicts: Dicts): void {
  const { kind, form, dictOf, references, memory } = typing;
  for (let id = 0; id < kind.length; id++) {
    typing.breathe();
    if (kind[id] !== KIND_DICT_ENTRY || form[id] !== FORM_KEY_VALUE_NEXT || dictOf[id] === NO_DICT) continue;
    if (dicts.role[dictOf[id]] !== ROLE_HASH) continue;
    const e = edgeAt(references, id, ENTRY_KEY_WORD);
    const key = e < 0 ? undefined : memory.bytes(typing.addressOf(id) + ENTRY_KEY_WORD * 8, 8);
    if (key === undefined) continue;
    const target = targetOf(references.edge[e]);
    const start = typing.addressOf(target);
    const at = u64(key, 0) - start;
    const bytes = memory.bytes(start, Math.min(typing.sizeOf(target), LONGEST_BLOCK));
    if (bytes === undefined || readMstr(bytes, at) === undefined) continue;
    if (typing.claim(target, KIND_HASH_ENTRY)) form[target] = at;
  }
}
