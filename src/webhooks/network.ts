import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import type { AddressRange } from './address.js';

/** The network as deliveries see it. */
export interface Network {
  /** Addresses by which it leads back to the hub though no interface here has them: before a translator, at a balancer. */
  readonly ownRanges: readonly AddressRange[];
  /** All addresses of a name, as texts. Throws where it has none. */
  addressesOf(name: string): Promise<readonly string[]>;
  /** Begins a connection to an address, never to a name. */
  connect(address: string, port: number): Socket;
}

/**
 * `getaddrinfo` blocks one of the four threads that the hub also seals and compresses on, for as long as a name server
 * is silent: two at a time leave it the others.
 */
const lookUpsAtOnce = 2;

/** The network of this machine: names as its resolver and its hosts file know them. */
export class SystemNetwork implements Network {
  readonly ownRanges: readonly AddressRange[];
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(ownRanges: readonly AddressRange[] = []) {
    this.ownRanges = ownRanges;
  }

  async addressesOf(name: string): Promise<readonly string[]> {
    if (this.#running >= lookUpsAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  connect(address: string, port: number): Socket {
    return connect({ host: address, port });
  }
}
