import * as vscode from 'vscode';

/** Reads a base address, "0x7f…" or decimal. Throws a sentence where it is none. */
export function parseBase(text: string): number {
  const digits = text.trim().toLowerCase();
  const base = /^(0x[0-9a-f]+|[0-9]+)$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(base)) {
    throw new Error(vscode.l10n.t('Write the address as 0x and hexadecimal digits, or as a decimal number.'));
  }
  return base;
}
