import { networkInterfaces } from 'node:os';
import fc from 'fast-check';
import { AddressRules, interfaceAddresses } from '../../src/webhooks/address-rules.js';
import { isIn, parseAddress, parseRange, type AddressRange } from '../../src/webhooks/address.js';

/** Everything is approved: what is refused is refused whatever an administrator says. */
const everything = ['0.0.0.0/0', '::/0'].map((text) => parseRange(text)).filter((range): range is AddressRange => range !== null);
const rules = new AddressRules(() => ['10.1.2.3', 'fd12::7']);
const refusal = (address: string): string | null => rules.refusalOf(address, everything);

test.each([
  ['LOOPBACK', ['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '::1', '::']],
  ['LINK_LOCAL', ['169.254.169.254', '169.254.0.23', '169.254.170.2', 'fe80::1', 'febf::1', 'fec0::1']],
  ['METADATA', ['100.100.100.200', '168.63.129.16', 'fd00:ec2::254', 'fd20:ce::254', '192.0.0.192']],
  ['SPECIAL', ['224.0.0.1', '239.255.255.250', '255.255.255.255', '240.0.0.1', '192.0.0.1', 'ff02::1', '2001:0:1::1', '64:ff9b:1::a00:1', '100::1']],
  ['OWN', ['10.1.2.3', 'fd12::7', 'fd12:0:0::0007']],
  ['UNREADABLE', ['', 'localhost', '1.2.3', '0x7f.0.0.1', '010.0.0.1', '1.2.3.4.5', 'fe80::1%eth0', '2130706433', '::ffff:1.2.3', '[::1]']],
])('%s is never connected to', (why, addresses) => {
  expect(addresses.map(refusal)).toEqual(addresses.map(() => why));
});

/** Every way of writing an IPv4 address into one of IPv6. */
const embedded = (v4: string): readonly string[] => {
  const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number);
  const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  return [`::ffff:${v4}`, `::FFFF:${hex}`, `0:0:0:0:0:ffff:${hex}`, `::${hex}`, `::ffff:0:${hex}`, `64:ff9b::${v4}`, `2002:${hex}::1`, `fd99::5efe:${hex}`, `2a00:1:2:3:200:5efe:${hex}`];
};

test('an IPv4 address is the same inside an IPv6 address: mapped, translated, compatible, NAT64, 6to4, ISATAP', () => {
  for (const v4 of ['127.0.0.1', '169.254.169.254', '10.1.2.3', '100.100.100.200', '224.0.0.1']) {
    for (const written of embedded(v4)) expect([written, refusal(written)]).toEqual([written, refusal(v4)]);
  }
  for (const written of embedded('10.9.9.9')) expect([written, refusal(written)]).toEqual([written, null]);
});

const octet = fc.integer({ min: 0, max: 255 });
const anyV4 = fc.tuple(octet, octet, octet, octet).map((bytes) => bytes.join('.'));
const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
const anyV6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));

test('an address is refused alike in every form it can be written in', () => {
  fc.assert(fc.property(anyV4, (v4) => {
    const alone = refusal(v4);
    return alone === null || embedded(v4).every((written) => refusal(written) !== null);
  }), { numRuns: 5_000 });
  // The resolver's own writing of a name and a full one come to the same.
  fc.assert(fc.property(anyV6, (v6) => refusal(v6) === refusal(new URL(`http://[${v6}]/`).hostname.slice(1, -1))), { numRuns: 5_000 });
});

test('bytes of an address, against the platform’s own reading', () => {
  fc.assert(fc.property(anyV6, (v6) => parseAddress(v6)?.join() === parseAddress(new URL(`http://[${v6}]/`).hostname.slice(1, -1))?.join()));
  expect(parseAddress('1:2::3')).toEqual([0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
  expect(parseAddress('::ffff:192.0.2.1')?.slice(10)).toEqual([255, 255, 192, 0, 2, 1]);
  expect(parseAddress('1::')).toEqual([0, 1, ...Array.from({ length: 14 }, () => 0)]);
});

test('a range holds what begins with its bits, of its own family alone', () => {
  const within = (address: string, range: string): boolean => isIn(parseAddress(address) ?? [], parseRange(range) ?? { base: [], bits: 0 });
  expect(within('10.8.255.1', '10.8.0.0/16')).toBe(true);
  expect(within('10.9.0.0', '10.8.0.0/16')).toBe(false);
  expect(within('10.8.0.129', '10.8.0.128/25')).toBe(true);
  expect(within('10.8.0.127', '10.8.0.128/25')).toBe(false);
  expect(within('::ffff:10.8.0.1', '10.8.0.0/16')).toBe(false);
  expect(within('fd12:3456::1', 'fd12:3400::/24')).toBe(true);
  for (const text of ['10.8.0.0', '10.8.0.0/', '10.8.0.0/33', '10.8.0.1/16', '/8', 'fd12::/129', 'host/8', '10.8.0.0/-1', '10.8.0.0/1e1']) expect([text, parseRange(text)]).toEqual([text, null]);
});

test('outside the approved ranges nothing is connected to', () => {
  const approved = [parseRange('10.8.0.0/16') ?? { base: [], bits: 0 }];
  expect(rules.refusalOf('10.8.1.1', approved)).toBeNull();
  expect(rules.refusalOf('10.9.1.1', approved)).toBe('NOT_APPROVED');
  expect(rules.refusalOf('::ffff:10.8.1.1', approved)).toBe('NOT_APPROVED');
  expect(rules.refusalOf('10.8.1.1', [])).toBe('NOT_APPROVED');
});

test('what is told to be the hub’s own before a translator is refused in every form, and cannot be approved', () => {
  const told = ['203.0.113.0/24', '2001:db8:7::/48'].map((text) => parseRange(text)).filter((range): range is AddressRange => range !== null);
  const translated = new AddressRules(() => [], told);
  for (const address of ['203.0.113.0', '203.0.113.255', ...embedded('203.0.113.7'), '2001:db8:7:1::9']) expect([address, translated.refusalOf(address, everything)]).toEqual([address, 'OWN']);
  for (const address of ['203.0.112.255', '203.0.114.0', '2001:db8:8::1']) expect([address, translated.refusalOf(address, everything)]).toEqual([address, null]);
  const range = (text: string): string | null => translated.rangeRefusal(parseRange(text) ?? { base: [], bits: 0 });
  // Nothing of the first two is left to send to; the last holds more than the hub.
  expect(['203.0.113.0/24', '203.0.113.128/25', '203.0.112.0/22'].map(range)).toEqual(['OWN', 'OWN', null]);
});

test('every address of this machine is its own', () => {
  const own = new AddressRules(interfaceAddresses);
  const here = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  expect(here.length).toBeGreaterThan(0);
  for (const address of here) expect([address, own.refusalOf(address, everything)]).not.toEqual([address, null]);
});
