/** A count as the sentences for people write it: 1,034,753. */
export function countText(value: number): string {
  return value.toLocaleString('en-US');
}
