import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { NodeIds } from '../../src/access/node-ids.js';

const ids = new NodeIds(createSecretKey(Buffer.alloc(32, 7)), ['Permit', 'Subject']);
const numbers = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String);

test('an id stands for one record of one type, always the same, and tells neither type nor number by its form', () => {
  fc.assert(
    fc.property(fc.constantFrom('Permit', 'Subject'), numbers, (type, key) => {
      const id = ids.encode(type, key);
      expect(id).toMatch(/^[\w-]{22}$/);
      expect(ids.encode(type, key)).toBe(id);
      expect(ids.decode(id)).toEqual({ type, key });
    }),
  );
  expect(ids.encode('Permit', '1').slice(0, 8)).not.toBe(ids.encode('Permit', '2').slice(0, 8));
  expect(ids.encode('Permit', '1')).not.toBe(ids.encode('Subject', '1'));
});

test('a made-up, changed or foreign id stands for nothing', () => {
  const id = ids.encode('Permit', '17');
  const foreign = new NodeIds(createSecretKey(Buffer.alloc(32, 8)), ['Permit', 'Subject']).encode('Permit', '17');
  for (const text of ['', 'x', foreign, `${id}A`, id.slice(1), `${id}=`, ` ${id}`, `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`]) {
    expect([text, ids.decode(text)]).toEqual([text, null]);
  }
  fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => ids.decode(Buffer.from(bytes).toString('base64url')) === null));
  expect(() => ids.encode('Agency', '1')).toThrow('no node ids');
});
