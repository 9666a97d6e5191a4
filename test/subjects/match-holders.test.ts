import fc from 'fast-check';
import { identifiersOf, matchKeyOf, subjectKey, type HolderMention, type HolderRecord } from '../../src/subjects/holder.js';
import type { Identifier } from '../../src/subjects/identifiers/schemes.js';
import { matchHolders, type KnownSubjects, type StoredSubject, type Target } from '../../src/subjects/match-holders.js';

const nothing: KnownSubjects = { find: () => [] };

let documents = 0;
function mention(holder: Partial<HolderRecord>): HolderMention {
  documents += 1;
  const full: HolderRecord = { kind: 'ORGANISATION', name: '甲', uscc: null, identifierScheme: null, identifier: null, ...holder };
  const own = full.uscc === null && full.identifier === null ? { identifierScheme: 'DOC', identifier: `${documents}` } : {};
  return { holder: { ...full, ...own }, document: { identifierScheme: 'DOC', documentNo: `${documents}`, documentPart: 1, decidedOn: '2020-01-01' } };
}

/** The partition of mentions by target; what has a finding stands alone. */
function partition(mentions: readonly HolderMention[], known = nothing): ReadonlyMap<HolderMention, unknown> {
  const { targets, findings } = matchHolders(mentions, known);
  return new Map(mentions.map((one) => [one, targets.get(subjectKey(one.holder)) ?? findings.get(subjectKey(one.holder)) ?? null]));
}

const registration: Identifier = { scheme: 'REGISTRATION_NO', value: '120116000000014' };
const organisation: Identifier = { scheme: 'ORGANISATION_CODE', value: 'MA0HUB014' };
const citizen: Identifier = { scheme: 'CITIZEN_NO', value: '11010519491231002X' };

describe('holders of a batch', () => {
  test('A-60 are one by credit code and the organisation code inside it', () => {
    const [one, other] = [mention({ uscc: '91120116MA0HUB014T' }), mention({ name: '乙', identifiers: [organisation] })];
    const found = partition([one, other]);
    expect(found.get(one)).toBe(found.get(other));
  });

  test('are ambiguous by an organisation code that stands in two credit codes', () => {
    const codes = [mention({ uscc: '91120116MA0HUB014T' }), mention({ uscc: '92120116MA0HUB014Q' })];
    const old = mention({ identifiers: [organisation] });
    expect(partition([...codes, old]).get(old)).toEqual({ kind: 'ambiguous', candidates: [] });
  });

  test('with the same number and name are one; with another name nobody knows who is meant', () => {
    const [one, same] = [mention({ name: '甲（店）', identifiers: [registration] }), mention({ name: '甲(店)', identifiers: [registration] })];
    const found = partition([one, same]);
    expect(found.get(one)).toBe(found.get(same));
    const other = mention({ name: '丙', identifiers: [registration] });
    expect(partition([one, other]).get(one)).toEqual({ kind: 'ambiguous', candidates: [] });
    expect(partition([one, other]).get(other)).toEqual({ kind: 'ambiguous', candidates: [] });
  });

  test('that carry a number beside their credit codes make it shared: it means neither', () => {
    const carriers = [mention({ uscc: '91120116MA0HUB014T', identifiers: [registration] }), mention({ uscc: '91120118MA0HUB022J', identifiers: [registration] })];
    const bare = mention({ identifiers: [registration] });
    expect(partition([...carriers, bare]).get(bare)).toEqual({ kind: 'ambiguous', candidates: [] });
  });

  test('are never one by a personal number of another person in the row, a filler, or nothing', () => {
    const households = ['甲', '乙'].map((name) => mention({ kind: 'HOUSEHOLD_BUSINESS', name, identifiers: [citizen] }));
    const fillers = ['甲', '甲'].map((name) => mention({ name, identifiers: [{ scheme: 'REGISTRATION_NO', value: '111111111111111' }] }));
    const empty = ['甲', '甲'].map((name) => mention({ name }));
    expect(new Set(partition([...households, ...fillers, ...empty]).values()).size).toBe(6);
  });
});

/** A world of stored subjects and mentions with few codes, names and numbers, so that they collide in every way. */
const names = fc.constantFrom('甲', '乙', '丙');
const uscc = fc.constantFrom('91120116MA0HUB014T', '91120118MA0HUB022J', '92120116MA0HUB014Q');
const open: fc.Arbitrary<Identifier> = fc.constantFrom(
  organisation,
  { scheme: 'ORGANISATION_CODE', value: 'MA0HUB022' },
  registration,
  { scheme: 'REGISTRATION_NO', value: '110108000000016' },
  { scheme: 'REGISTRATION_NO', value: '111111111111111' },
  { scheme: 'TAX_NO', value: '120116758106933' },
);
const personal: fc.Arbitrary<Identifier> = fc.constantFrom(citizen, { scheme: 'CITIZEN_NO', value: '440524188001010014' }, { scheme: 'PASSPORT', value: 'E12345678' });
const holders: fc.Arbitrary<Partial<HolderRecord>> = fc.oneof(
  fc.record({ name: names, uscc, identifiers: fc.array(open, { maxLength: 2 }) }),
  fc.record({ name: names, identifiers: fc.array(open, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('NATURAL_PERSON' as const), name: names, identifiers: fc.array(personal, { maxLength: 1 }) }),
);
const stored = fc.array(
  fc.record({ name: names, uscc: fc.option(uscc), identifiers: fc.array(fc.oneof(open, personal), { maxLength: 2 }) }),
  { maxLength: 4 },
);

function knownOf(rows: readonly { readonly name: string; readonly uscc: string | null; readonly identifiers: readonly Identifier[] }[]): KnownSubjects {
  const seen = new Set<string>();
  const subjects = rows.flatMap((row, index) => {
    if (row.uscc !== null && seen.has(row.uscc)) return [];
    if (row.uscc !== null) seen.add(row.uscc);
    const subject: StoredSubject = { id: `${index + 1}`, kind: 'ORGANISATION', name: row.name, uscc: row.uscc, viaMerger: false };
    return [{ subject, identifiers: row.identifiers }];
  });
  return {
    find: (by, scheme, value) =>
      subjects
        .filter(({ subject, identifiers }) => {
          if (by === 'USCC') return subject.uscc === value;
          const inner = by === 'ORGANISATION_CODE' && subject.uscc?.slice(8, 17) === value;
          return inner || identifiers.some((identifier) => identifier.scheme === scheme && identifier.value === value);
        })
        .map(({ subject }) => subject),
  };
}

const cases = fc.tuple(fc.array(holders, { minLength: 1, maxLength: 7 }), stored, fc.array(fc.nat(1000), { minLength: 7, maxLength: 7 }));

describe('matching', () => {
  test('does not depend on the order of rows', () => {
    fc.assert(
      fc.property(cases, ([drawn, rows, order]) => {
        const mentions = drawn.map(mention);
        const shuffled = mentions.map((one, index) => ({ one, at: order[index] ?? 0 })).sort((a, b) => a.at - b.at).map(({ one }) => one);
        const [found, again] = [partition(mentions, knownOf(rows)), partition(shuffled, knownOf(rows))];
        for (const one of mentions) {
          expect(storedIdOf(again.get(one))).toBe(storedIdOf(found.get(one)));
          for (const other of mentions) expect(again.get(one) === again.get(other)).toBe(found.get(one) === found.get(other));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('puts together only what a code of the subject, or a number with the name, puts together', () => {
    fc.assert(
      fc.property(cases, ([drawn, rows]) => {
        const mentions = drawn.map(mention);
        const found = partition(mentions, knownOf(rows));
        const all = [...mentions.map(marksOf), ...rows.map((row) => marks(row.uscc, row.identifiers))];
        for (const one of mentions) {
          for (const other of mentions) {
            if (one === other || found.get(one) !== found.get(other) || !isTarget(found.get(one))) continue;
            expect(mayBeOne(one, other, all)).toBe(true);
            const [match, same] = [matchKeyOf(one.holder), matchKeyOf(other.holder)];
            // A subject may have two names; a number alone makes no subject of two names.
            const target = found.get(one);
            const isMade = isTarget(target) && !target.stored && target.mentions.every(({ holder }) => matchKeyOf(holder).name !== null);
            if (isMade && match.by === same.by && match.value === same.value) expect(same.name).toBe(match.name);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('finds every mention a subject or a finding', () => {
    fc.assert(
      fc.property(cases, ([drawn, rows]) => {
        for (const found of partition(drawn.map(mention), knownOf(rows)).values()) expect(found).not.toBeNull();
      }),
    );
  });
});

function isTarget(found: unknown): found is Target {
  return typeof found === 'object' && found !== null && 'mentions' in found;
}

function storedIdOf(found: unknown): string | null {
  return isTarget(found) ? (found.stored?.id ?? null) : JSON.stringify(found);
}

/** Codes and numbers, one of which two mentions of one subject must share, directly or through others. */
function marks(uscc: string | null, identifiers: readonly Identifier[]): readonly string[] {
  const codes = uscc === null ? [] : [`USCC ${uscc}`, `ORGANISATION_CODE ${uscc.slice(8, 17)}`];
  return [...codes, ...identifiers.map(({ scheme, value }) => `${scheme} ${value}`)];
}

function marksOf({ holder }: HolderMention): readonly string[] {
  return marks(holder.uscc, identifiersOf(holder));
}

/** Whether a chain of shared marks leads from one mention to the other. */
function mayBeOne(one: HolderMention, other: HolderMention, all: readonly (readonly string[])[]): boolean {
  const reached = new Set(marksOf(one));
  for (let size = 0; size !== reached.size; ) {
    size = reached.size;
    for (const next of all) if (next.some((mark) => reached.has(mark))) for (const mark of next) reached.add(mark);
  }
  return marksOf(other).some((mark) => reached.has(mark));
}
