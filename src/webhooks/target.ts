import { isIP } from 'node:net';
import type { AddressRules, Refusal } from './address-rules.js';
import { parseRange, type AddressRange } from './address.js';
import type { Network } from './network.js';

/** What an administrator of the hub has approved for an agency: one host and port, and where its addresses may lie. */
export interface Approval {
  readonly agency: string;
  /** As `hostOf` gives it. */
  readonly host: string;
  readonly port: number;
  readonly ranges: readonly string[];
  /** Whether it may be spoken to without TLS. */
  readonly plainHttp: boolean;
}

/** Longest address that is taken: as browsers and proxies hold it. */
export const longestUrl = 2_048;

/** A name server that is silent must not hold a delivery: the resolver itself may take 30 s. */
const lookUpMs = 5_000;

/** Why a delivery has no target. */
export type TargetFault = 'URL_UNFIT' | 'HOST_NOT_APPROVED' | 'NAME_UNKNOWN' | `ADDRESS_${Refusal}`;

/** A delivery's target, checked: `address` is connected to, and no name is asked again. */
export interface Target {
  readonly url: URL;
  readonly address: string;
  readonly port: number;
}

/** A target that is refused; nothing was connected to. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';

  constructor(readonly fault: TargetFault) {
    super(fault);
  }
}

/**
 * Reads the address of a webhook. Throws TargetRefused URL_UNFIT for another scheme than http and https, credentials, a
 * fragment, or a name in a form that resolvers read in different ways.
 */
export function targetUrl(text: string): URL {
  const url = text.length <= longestUrl && URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash || !isPlainHost(hostOf(url))) {
    throw new TargetRefused('URL_UNFIT');
  }
  return url;
}

/** The host of an address in the one form in which hosts are compared: lower case, no brackets, no dot at the end. */
export function hostOf({ hostname }: Pick<URL, 'hostname'>): string {
  return hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

export function portOf({ port, protocol }: Pick<URL, 'port' | 'protocol'>): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** Names of letters, digits and hyphens, or an address: nothing a resolver, a log or a certificate could read otherwise. */
export function isPlainHost(host: string): boolean {
  return isIP(host) !== 0 || (host.length <= 253 && host.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)));
}

/** The approval that covers an address, or null. */
export function approvalOf(url: URL, approvals: readonly Approval[]): Approval | null {
  const host = hostOf(url);
  const port = portOf(url);
  return approvals.find((one) => one.host === host && one.port === port && (url.protocol === 'https:' || one.plainHttp)) ?? null;
}

/**
 * Resolves and checks a target once, for one delivery. All addresses of the name must be allowed: a name that also
 * leads elsewhere is not the host that was approved. Throws TargetRefused.
 */
export async function resolveTarget(text: string, approvals: readonly Approval[], rules: AddressRules, network: Network): Promise<Target> {
  const url = targetUrl(text);
  const approval = approvalOf(url, approvals);
  if (!approval) throw new TargetRefused('HOST_NOT_APPROVED');
  const ranges = approval.ranges.map(parseRange).filter((range): range is AddressRange => range !== null);
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await within(network.addressesOf(host)) : [host];
  for (const address of addresses) {
    const why = rules.refusalOf(address, ranges);
    if (why !== null) throw new TargetRefused(`ADDRESS_${why}`);
  }
  const [address] = addresses;
  if (address === undefined) throw new TargetRefused('NAME_UNKNOWN');
  return { url, address, port: portOf(url) };
}

async function within(asked: Promise<readonly string[]>): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TargetRefused('NAME_UNKNOWN')), lookUpMs);
  });
  try {
    return await Promise.race([asked, silent]);
  } catch {
    throw new TargetRefused('NAME_UNKNOWN');
  } finally {
    clearTimeout(timer);
  }
}
