import type { DecodedSds, SdsRefusal } from '../../analysis/api.ts';
import type { DumpEditors } from '../dump-editors.ts';
import { findTarget } from './target.ts';

/**
 * "Decode SDS Here": finds the string that a byte belongs to, makes an annotation of it and shows both. Returns the string
 * with its evidence, or for each header type why it is none.
 */
export async function decodeSdsHere(editors: DumpEditors, argument: unknown): Promise<DecodedSds | SdsRefusal> {
  const { panel, offset } = await findTarget(editors, argument);
  const result = await panel.document.decode(offset);
  if (result.found) panel.reveal(result.sds.start, result.sds.end);
  else panel.reveal(offset, offset + 1);
  panel.show({ type: 'decoded', offset, result });
  return result.found ? result.sds : result.refusal;
}
