import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { KeyRing, KeyRingError } from '../../src/access/key-ring.js';

let folder: string;
let ring: KeyRing;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concordat-keys-'));
  ring = KeyRing.open(folder);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a key ring', () => {
  test('opens in its context what it sealed there, and nowhere else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (plain, context, other) => {
        const sealed = ring.encrypt(plain, context);
        expect(sealed).toMatch(/^v1\.[\w-]+$/);
        expect(ring.decrypt(sealed, context)).toBe(plain);
        expect(KeyRing.open(folder).decrypt(sealed, context)).toBe(plain);
        fc.pre(other !== context);
        expect(() => ring.decrypt(sealed, other)).toThrow(KeyRingError);
      }),
    );
  });

  test('refuses a seal of which any character was changed', () => {
    const sealed = ring.encrypt('11010519491231002X', 'row 1');
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.constantFrom(...Array.from('v.0123456789ABCxyz-_ =')), (at, character) => {
        fc.pre(sealed.charAt(at) !== character);
        const changed = sealed.slice(0, at) + character + sealed.slice(at + 1);
        expect(() => ring.decrypt(changed, 'row 1')).toThrow(KeyRingError);
      }),
    );
    for (const text of ['', 'v1.', 'v1.AAAA', `${sealed}A`, sealed.slice(0, -1)]) {
      expect(() => ring.decrypt(text, 'row 1')).toThrow('SEAL_BROKEN');
    }
    expect(() => ring.decrypt(sealed.replace('v1.', 'v2.'), 'row 1')).toThrow('KEY_UNKNOWN');
  });

  test('seals the same text differently each time, and looks it up under one hash for each context', () => {
    expect(ring.encrypt('A', 'row')).not.toBe(ring.encrypt('A', 'row'));
    expect(ring.lookup('A', 'PASSPORT')).toBe(KeyRing.open(folder).lookup('A', 'PASSPORT'));
    expect(ring.lookup('A', 'PASSPORT')).toMatch(/^[\w-]{43}$/);
    expect(ring.lookup('A', 'CITIZEN_NO')).not.toBe(ring.lookup('A', 'PASSPORT'));
    expect(ring.lookup('B', 'PASSPORT')).not.toBe(ring.lookup('A', 'PASSPORT'));
  });

  test('goes on with a new key; the old one still opens, and the look-up hash stays', () => {
    const [sealed, hash] = [ring.encrypt('A', 'row'), ring.lookup('A', 'PASSPORT')];
    const running = KeyRing.open(folder);
    ring.add(2);
    ring.use(2);
    const renewed = ring.encrypt('A', 'row');
    expect(renewed).toMatch(/^v2\./);
    expect([ring.decrypt(sealed, 'row'), running.decrypt(renewed, 'row')]).toEqual(['A', 'A']);
    expect(ring.lookup('A', 'PASSPORT')).toBe(hash);
    running.use(2);
    expect(running.encrypt('A', 'row')).toMatch(/^v2\./);
    ring.remove(1);
    expect(() => ring.decrypt(sealed, 'row')).toThrow('KEY_UNKNOWN');
    expect(() => ring.remove(2)).toThrow('current');
    expect(() => ring.use(3)).toThrow(KeyRingError);
  });

  test('lies in files that only the owner may read', () => {
    expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700);
    const files = readdirSync(join(folder, 'keys'));
    expect(files.sort()).toEqual(['identifier-1.key', 'identifier-lookup.key']);
    for (const file of files) expect(statSync(join(folder, 'keys', file)).mode & 0o777).toBe(0o600);
  });

  test('is refused when a part of it is missing or unfit, and makes nothing in its place', () => {
    rmSync(join(folder, 'keys', 'identifier-lookup.key'));
    expect(() => KeyRing.open(folder)).toThrow('KEYS_MISSING');
    expect(readdirSync(join(folder, 'keys'))).toEqual(['identifier-1.key']);
    writeFileSync(join(folder, 'keys', 'identifier-lookup.key'), 'abc');
    expect(() => KeyRing.open(folder)).toThrow('KEY_FILE_INVALID');
  });

  test('tells another ring by its fingerprint, also one that differs in the look-up key alone', () => {
    const copy = KeyRing.open(folder).fingerprint(1);
    expect(ring.fingerprint(1)).toBe(copy);
    rmSync(join(folder, 'keys', 'identifier-lookup.key'));
    writeFileSync(join(folder, 'keys', 'identifier-lookup.key'), '0'.repeat(64));
    expect(KeyRing.open(folder).fingerprint(1)).not.toBe(copy);
  });
});
