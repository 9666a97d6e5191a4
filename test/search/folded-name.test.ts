import fc from 'fast-check';
import { foldedName, gramsOf, pairsOf, pinyinKey } from '../../src/subjects/names/folded-name.js';

/** Texts of what names hold and of anything else Unicode has. */
const awkward = fc.constantFrom('天津', '濱', '滨', '（', '）', '·', ' ', '\u3000', 'Ａ', 'a', 'ß', 'ﬁ', 'é', 'e\u0301', '𠮷', '𬭎', '鋐', '薴', '㈱', '①', '\u200d', '\ufe0f', '\u0130', '葛\u{E0100}');
const text = fc.array(fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 }).map((parts) => parts.join(''));

test('folding a folded name changes nothing', () => {
  fc.assert(fc.property(text, (name) => { expect(foldedName(foldedName(name))).toBe(foldedName(name)); }), { numRuns: 2_000 });
});

test('a folded name holds nothing that an array literal, JSON or PostgreSQL would take for something else', () => {
  fc.assert(fc.property(text, (name) => { expect(foldedName(name)).toMatch(/^[^\p{P}\p{S}\p{Z}\p{C}]*$|^[\p{L}\p{M}\p{N}\p{Cn}\p{Co}]*$/u); }), { numRuns: 2_000 });
});

test('what writers do differently is one name', () => {
  for (const [one, other] of [
    ['天津（滨海）人力资源有限公司', '天津(滨海)人力资源有限公司'], ['天津濱海華信人力資源服務有限公司', '天津滨海华信人力资源服务有限公司'],
    ['ＡＢＣ科技', 'abc 科技'], ['阿里·买买提', '阿里买买提'], ['１２３物流', '123物流'], ['鋐', '𬭎'], ['“东方”公司', '东方公司'],
  ] as const) expect(foldedName(one)).toBe(foldedName(other));
  expect(foldedName('后海')).not.toBe(foldedName('候海'));
});

test('a part of a name folds to a part of the folded name', () => {
  const han = fc.string({ unit: fc.constantFrom(...Array.from('天津濱滨海東东華乾坤後后𠮷㑯')) , minLength: 1, maxLength: 12 });
  fc.assert(fc.property(han, fc.nat(12), fc.nat(12), (name, from, to) => {
    const part = Array.from(name).slice(Math.min(from, to), Math.max(from, to)).join('');
    expect(foldedName(name)).toContain(foldedName(part));
  }));
});

test('a text is in a name only if its grams are', () => {
  fc.assert(fc.property(text, fc.nat(8), fc.nat(8), (name, from, to) => {
    const folded = Array.from(foldedName(name));
    const part = folded.slice(Math.min(from, to), Math.max(from, to)).join('');
    const grams = gramsOf(folded.join(''));
    for (const pair of pairsOf(part)) expect(grams).toContain(pair);
    const [first] = part;
    if (first !== undefined) expect(grams.some((gram) => gram.startsWith(first))).toBe(true);
  }));
});

/** How the database orders keys: as bytes of UTF-8. */
function inOrder(names: readonly string[]): string[] {
  const key = (name: string): Buffer => Buffer.from(pinyinKey(foldedName(name)));
  return [...names].sort((one, other) => Buffer.compare(key(one), key(other)));
}

test('the order is digits, letters, pinyin; a beginning comes first', () => {
  const ordered = ['1号店', 'A公司', '阿里', '北京', '北京东', '滨海', '东方', '海河', '津门', '天津', '天津滨海', '天津河西', '信达'];
  expect(inOrder([...ordered].reverse())).toEqual(ordered);
  expect(inOrder(['天津滨海', '北京', '1号店', 'A公司', '天津', '海河', '\u{2000B}'])).toEqual(['1号店', 'A公司', '北京', '海河', '天津', '天津滨海', '\u{2000B}']);
});

test('keys of all names compare as their characters do, and none holds half a surrogate pair', () => {
  fc.assert(fc.property(text, text, (one, other) => {
    const key = pinyinKey(foldedName(one));
    expect(Buffer.from(key, 'utf8').toString('utf8')).toBe(key);
    const joined = foldedName(one) + foldedName(other);
    expect(pinyinKey(joined).startsWith(key)).toBe(true);
  }));
});
