import fc from 'fast-check';
import { checkOf, type Hit } from '../../src/credit/lists/list-check.js';
import { FixedClock } from '../../src/measures/clock.js';
import { readEntry } from '../../src/search/match-entry.js';
import { CreditHub, codesOf, granted, proposal } from './credit-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

beforeAll(async () => {
  hub = await CreditHub.start({ clock });
  await hub.list('HEPING_HRSS');
  await hub.list('HEPING_HRSS', { number: 'person', subjectKind: 'NATURAL_PERSON', subjectName: '王一', subjectUscc: null });
  granted(await hub.propose('HEPING_HRSS', { number: 'proposed', subjectName: '拟列入公司', subjectUscc: codesOf.other }));
});
afterAll(() => hub.close());

const check = async (agency: string, input: readonly object[], more = ''): Promise<unknown[]> => {
  const query = `query ($input: [ListCheckInput!]!) { creditListCheck(list: BLACK, input: $input${more}) { reference status reason entryNos more } }`;
  return granted(await hub.ask(agency, query, { input }))['creditListCheck'] as unknown[];
};

test('B-38: each entry has its answer in the order of the input: by code, by name that somebody must look at, or not at all', async () => {
  const input = [
    { reference: 'a', code: codesOf.one }, { reference: 'b', code: codesOf.one, name: proposal.subjectName }, { reference: 'c', code: codesOf.one, name: '别的公司' },
    { reference: 'd', name: '天津甲劳务有限公司' }, { reference: 'e', name: '王一', code: codesOf.other }, { reference: 'f', name: '无此公司' },
    { reference: 'g', code: codesOf.other }, { reference: 'h', code: '91120116MA0HUB014X' }, { reference: 'i' }, { reference: 'j', name: '拟列入公司' },
  ];
  const answers = (await check('CREDIT_PLATFORM', input)) as { reference: string; status: string; reason: string; entryNos: string[] }[];
  expect(answers.map(({ reference, status, reason, entryNos }) => [reference, status, reason, ...entryNos])).toEqual([
    ['a', 'LISTED', 'CODE_EQUAL', 'HEPING_HRSS/2026-1'], ['b', 'LISTED', 'CODE_EQUAL', 'HEPING_HRSS/2026-1'], ['c', 'POSSIBLE', 'NAME_DIFFERS', 'HEPING_HRSS/2026-1'],
    ['d', 'POSSIBLE', 'NAME_EQUAL', 'HEPING_HRSS/2026-1'], ['e', 'POSSIBLE', 'NAME_EQUAL', 'HEPING_HRSS/person'], ['f', 'NOT_LISTED', 'NAME_NOT_LISTED'],
    ['g', 'NOT_LISTED', 'CODE_NOT_LISTED'], ['h', 'UNDECIDED', 'CODE_INVALID'], ['i', 'UNDECIDED', 'INPUT_EMPTY'], ['j', 'NOT_LISTED', 'NAME_NOT_LISTED'],
  ]);
});

test('an organ that proposed an entry is not told it is listed either', async () => {
  expect(await check('HEPING_HRSS', [{ code: codesOf.other }])).toMatchObject([{ status: 'NOT_LISTED' }]);
});

test('as of a day: in force on it, and listed still', async () => {
  expect(await check('CREDIT_PLATFORM', [{ code: codesOf.one }], ', asOf: "2026-01-11"')).toMatchObject([{ status: 'NOT_LISTED' }]);
  expect(await check('CREDIT_PLATFORM', [{ code: codesOf.one }], ', asOf: "2026-01-12"')).toMatchObject([{ status: 'LISTED' }]);
  expect(await check('CREDIT_PLATFORM', [{ code: codesOf.one }], ', asOf: "2029-01-12"')).toMatchObject([{ status: 'NOT_LISTED' }]);
});

test('ten thousand entries are one call, and each has its answer', async () => {
  const input = Array.from({ length: 10_000 }, (_, n) => (n === 7_777 ? { reference: '7777', code: codesOf.one } : { reference: String(n), name: `第${n}公司` }));
  const answers = (await check('CREDIT_PLATFORM', input)) as { reference: string; status: string }[];
  expect(answers.map(({ reference }) => reference)).toEqual(input.map(({ reference }) => reference));
  expect(answers.filter(({ status }) => status !== 'NOT_LISTED')).toMatchObject([{ reference: '7777', status: 'LISTED' }]);
});

test.each(['HEPING_APPROVAL', 'JINBAO', 'XM_CITY_CREDIT'])('B-35, B-41: %s may not check', async (agency) => {
  const { errors } = await hub.ask(agency, '{ creditListCheck(list: BLACK, input: [{name: "x"}]) { status } }');
  expect(errors?.[0]?.extensions['code']).toBe('BOUNDARY_DENIED');
});

test('A-60: by a name alone nobody is listed, and a code is never made certain by a name', () => {
  const text = fc.constantFrom('甲公司', '乙公司', '');
  const hit: fc.Arbitrary<Hit> = fc.record({ by: fc.constantFrom('CODE', 'NAME'), entryNo: fc.string(), subject: fc.string(), folded: text, code: fc.constantFrom(codesOf.one, codesOf.other, null) });
  fc.assert(
    fc.property(fc.option(text), fc.option(fc.constantFrom<string>(codesOf.one, '91120116MA0HUB014X', '123')), fc.array(hit, { maxLength: 4 }), (name, code, hits) => {
      const { status, hits: told } = checkOf(readEntry(name, code), hits);
      if (status === 'LISTED') expect(told.every(({ by }) => by === 'CODE')).toBe(true);
      if (status === 'NOT_LISTED' || status === 'UNDECIDED') expect(told).toEqual([]);
      if (status === 'NOT_LISTED') expect(hits.some(({ by }) => by === 'CODE')).toBe(false);
    }),
  );
});
