import { networkInterfaces } from 'node:os';
import { addressKey, isIn, parseAddress, parseRange, type Address, type AddressRange } from './address.js';

/**
 * What the hub never connects to for a partner, whatever an administrator approves: itself, its machine, its link, and
 * the services that clouds put at fixed addresses to tell a machine its own secrets. RFC 6890 and its successors.
 */
const refusedRanges: readonly (readonly [range: string, why: Refusal])[] = [
  ['0.0.0.0/8', 'LOOPBACK'], // "this host": Linux connects 0.0.0.0 to itself
  ['127.0.0.0/8', 'LOOPBACK'],
  ['::/127', 'LOOPBACK'],
  ['169.254.0.0/16', 'LINK_LOCAL'], // 169.254.169.254 and its like with it
  ['fe80::/10', 'LINK_LOCAL'],
  ['fec0::/10', 'LINK_LOCAL'], // site-local, given up in 2004 but still routed by some
  ['100.100.100.200/32', 'METADATA'], // Alibaba Cloud
  ['168.63.129.16/32', 'METADATA'], // Azure
  ['192.0.0.192/32', 'METADATA'], // Oracle
  ['fd00:ec2::/32', 'METADATA'], // AWS
  ['fd20:ce::254/128', 'METADATA'], // Google
  ['fd00:42::42/128', 'METADATA'], // Scaleway
  ['192.0.0.0/24', 'SPECIAL'], // protocol assignments
  ['192.88.99.0/24', 'SPECIAL'], // relays of 6to4
  ['224.0.0.0/4', 'SPECIAL'], // multicast
  ['ff00::/8', 'SPECIAL'],
  ['240.0.0.0/4', 'SPECIAL'], // reserved, broadcast
  ['64:ff9b:1::/48', 'SPECIAL'], // local NAT64: where the IPv4 address stands depends on the network
  ['2001::/32', 'SPECIAL'], // Teredo
  ['100::/64', 'SPECIAL'], // discard
];

/** Forms of IPv6 that carry an IPv4 address, with the byte it begins at: the address inside is judged as well. */
const carriers: readonly (readonly [range: string, at: number])[] = [
  ['::ffff:0:0/96', 12], // mapped
  ['::ffff:0:0:0/96', 12], // translated (SIIT)
  ['::/96', 12], // compatible
  ['64:ff9b::/96', 12], // NAT64
  ['2002::/16', 2], // 6to4
];

/** Why an address is not connected to. OWN: one of the hub's. NOT_APPROVED: outside the ranges of the agency. */
export type Refusal = 'LOOPBACK' | 'LINK_LOCAL' | 'METADATA' | 'SPECIAL' | 'OWN' | 'UNREADABLE' | 'NOT_APPROVED';

const refused = refusedRanges.map(([range, why]) => ({ range: rangeOf(range), why }));
const carrying = carriers.map(([range, at]) => ({ range: rangeOf(range), at }));

/** The last 64 bits of ISATAP: 0[02]00:5efe and an IPv4 address, behind any prefix. */
function isatap(address: Address): Address | null {
  const [u = 0, zero, fivee, fe] = address.slice(8, 12);
  return address.length === 16 && (u & 0xfd) === 0 && zero === 0 && fivee === 0x5e && fe === 0xfe ? address.slice(12) : null;
}

/**
 * Judges where a delivery may connect to. `own`: addresses of the hub and of what it lives on (its other processes, its
 * database), asked anew at each judgement, for interfaces come and go.
 */
export class AddressRules {
  readonly #own: () => Iterable<string>;
  readonly #ownRanges: readonly AddressRange[];

  /** `ownRanges`: where the hub is reached by addresses that none of its machines knows of (HUB_OWN_ADDRESSES). */
  constructor(own: () => Iterable<string>, ownRanges: readonly AddressRange[] = []) {
    this.#own = own;
    this.#ownRanges = ownRanges;
  }

  /** Null where an address may be connected to: in one of the approved ranges and never refused. */
  refusalOf(text: string, approved: readonly AddressRange[]): Refusal | null {
    const address = parseAddress(text);
    if (!address) return 'UNREADABLE';
    const always = this.#refusedAlways(address);
    if (always !== null) return always;
    return approved.some((range) => isIn(address, range)) ? null : 'NOT_APPROVED';
  }

  /** Why nothing in a range is ever connected to, judged by its first address; null where something may be. */
  rangeRefusal(range: AddressRange): Refusal | null {
    const why = this.#refusedAlways(range.base);
    // One own address leaves the rest of a range; a range of own ones leaves nothing.
    if (why === 'OWN') return this.#ownRanges.some((own) => isIn(range.base, own) && range.bits >= own.bits) ? 'OWN' : null;
    return why;
  }

  #refusedAlways(address: Address): Refusal | null {
    for (const { range, why } of refused) if (isIn(address, range)) return why;
    if (this.#isOwn(address)) return 'OWN';
    const inner = [
      ...carrying.flatMap(({ range, at }) => (isIn(address, range) ? [address.slice(at, at + 4)] : [])),
      ...[isatap(address)].filter((one) => one !== null),
    ];
    for (const carried of inner) {
      const why = this.#refusedAlways(carried);
      if (why !== null) return why;
    }
    return null;
  }

  #isOwn(address: Address): boolean {
    if (this.#ownRanges.some((range) => isIn(address, range))) return true;
    const key = addressKey(address);
    for (const text of this.#own()) {
      const own = parseAddress(text);
      if (own && addressKey(own) === key) return true;
    }
    return false;
  }
}

/** The addresses of this machine's interfaces, without zones. */
export function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address.replace(/%.*$/, '')));
}

function rangeOf(text: string): AddressRange {
  const range = parseRange(text);
  if (!range) throw new Error(`not a range: ${text}`);
  return range;
}
