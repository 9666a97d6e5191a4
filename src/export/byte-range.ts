/** Bytes of a file: from `start` up to, and without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes a `Range` header asks for (RFC 9110 §14). Null for the whole file: without the header, and for what a server
 * may ignore (another unit, several ranges, a malformed one). 'none' when no byte of the file lies within.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | null | 'none' {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'none' : { start: size - length, end: size };
  }
  const [start, end] = [Number(first), last === '' ? size : Math.min(Number(last) + 1, size)];
  if (last !== '' && Number(last) < start) return null;
  return start >= size ? 'none' : { start, end };
}
