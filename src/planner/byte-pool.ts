/** Shorter buffers come cheaper from Node's own pool. */
const smallestKept = 16_384;

/** Kept for later in all, bytes: eight answers of the widest kind under way at a time. Beyond it buffers are left to the collector. */
const mostKept = 16_777_216;

const kept = new Map<number, Buffer[]>();
let keptBytes = 0;

/**
 * A buffer of at least `length` bytes, with whatever stood in it. Fresh ones of this size come from the system page by page,
 * which cost a wide answer as much as writing it, and their weight makes the garbage collector start anew and anew.
 */
export function takeBuffer(length: number): Buffer {
  if (length < smallestKept) return Buffer.allocUnsafe(length);
  let size = smallestKept;
  while (size < length) size *= 2;
  const known = kept.get(size)?.pop();
  if (!known) return Buffer.allocUnsafeSlow(size);
  keptBytes -= size;
  return known;
}

/** Gives a buffer back; nobody may look at it any more. */
export function giveBuffer(buffer: Buffer): void {
  const { length } = buffer;
  if (length < smallestKept || keptBytes + length > mostKept) return;
  const same = kept.get(length) ?? [];
  kept.set(length, same);
  same.push(buffer);
  keptBytes += length;
}
