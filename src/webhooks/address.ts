import { isIPv4, isIPv6 } from 'node:net';

/** An IP address as its 4 or 16 bytes: the one form in which addresses are compared, however they were written. */
export type Address = readonly number[];

/** All addresses that begin with the same `bits`. */
export interface AddressRange {
  readonly base: Address;
  readonly bits: number;
}

/** The bytes of a written address, or null. A zone (`fe80::1%eth0`) is no part of an address: such a text is none. */
export function parseAddress(text: string): Address | null {
  if (isIPv4(text)) return text.split('.').map(Number);
  if (!isIPv6(text) || text.includes('%')) return null;
  // The last 32 bits may be written as IPv4.
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const [a = 0, b = 0, c = 0, d = 0] = tail?.[2]?.split('.').map(Number) ?? [];
  const plain = tail ? `${tail[1] ?? ''}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}` : text;
  const [head = '', rest] = plain.split('::');
  const groups = (part: string | undefined): number[] => (part ? part.split(':').map((group) => parseInt(group, 16)) : []);
  const before = groups(head);
  const after = groups(rest);
  const zeros = Array.from({ length: rest === undefined ? 0 : 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

/** `10.8.0.0/16`, or null for anything else; a base with bits behind the prefix is none either: it is a slip of the pen. */
export function parseRange(text: string): AddressRange | null {
  const [, written = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const base = parseAddress(written);
  const bits = Number(length);
  if (!base || length === '' || bits > base.length * 8) return null;
  const range = { base, bits };
  return base.every((byte, at) => byte === (byte & maskAt(range, at))) ? range : null;
}

/** Whether an address lies in a range; an IPv4 address lies in no range of IPv6, mapped or not. */
export function isIn(address: Address, range: AddressRange): boolean {
  return address.length === range.base.length && address.every((byte, at) => (byte & maskAt(range, at)) === range.base[at]);
}

/** Equal addresses give equal texts. */
export function addressKey(address: Address): string {
  return address.join('.');
}

function maskAt({ bits }: AddressRange, at: number): number {
  const left = Math.min(8, Math.max(0, bits - at * 8));
  return (0xff << (8 - left)) & 0xff;
}
