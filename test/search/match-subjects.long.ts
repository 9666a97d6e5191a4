import { z } from 'zod';
import { creditCodeCheck } from '../../src/subjects/identifiers/credit-code.js';
import { organisationCodeCheck } from '../../src/subjects/identifiers/organisation-code.js';
import { asker } from '../boundary/hub-under-test.js';
import type { Asker } from '../boundary/judge.js';
import { Random } from '../boundary/random.js';
import { TwoHubs } from '../boundary/two-hubs.js';
import { emptyWorld, randomPermit, type PermitRow, type SubjectRow, type World } from '../boundary/world.js';
import { namedWorld, naiveSearch, otherToNobody, spelled, visibleSubjects } from './naive-search.js';

let hubs: TwoHubs;

beforeAll(async () => {
  hubs = await TwoHubs.start();
});
afterAll(() => hubs.close());

const query = 'query($input: [SubjectMatchInput!]!) { matchSubjects(input: $input) { reference status reason more candidates { name uscc } } }';
const answersOf = z.array(
  z.object({ reference: z.string().nullable(), status: z.string(), reason: z.string(), more: z.boolean(), candidates: z.array(z.object({ name: z.string(), uscc: z.string().nullable() })) }),
);

interface Entry {
  readonly reference?: string;
  readonly name?: string | null;
  readonly code?: string | null;
}

async function match(who: Asker, input: readonly Entry[]): Promise<z.infer<typeof answersOf>> {
  const answer = await hubs.ask(who, { query, variables: { input } });
  expect(answer.errors).toEqual([]);
  return answersOf.parse(answer.data?.['matchSubjects']);
}

/** A credit code with right check characters, by a number. */
function creditCode(number: number): string {
  const organisation = `MA${String(number).padStart(6, '0')}`;
  const body = `91120101${organisation}${organisationCodeCheck(organisation)}`;
  return body + creditCodeCheck(body);
}

const decider = asker('HEPING_HRSS');

function shared(id: number, holder: number): PermitRow {
  return { ...randomPermit(new Random(id), id, holder, `N${id}`, 1), jurisdiction: 'CN-TJ', item: 'P01', district: '120101' };
}

function subject(id: number, name: string, uscc: string | null = creditCode(id)): SubjectRow {
  return { id, kind: 'ORGANISATION', name, uscc, identity_mask: null };
}

const known: World = {
  ...emptyWorld,
  subjects: [subject(1, '天津海华'), subject(2, '津信（天）'), subject(3, '津信天'), subject(4, '隐天'), ...Array.from({ length: 8 }, (_, at) => subject(10 + at, '东海'))],
  permits: [shared(1, 1), shared(2, 2), shared(3, 3), { ...shared(4, 4), district: '120102' }, ...Array.from({ length: 8 }, (_, at) => shared(10 + at, 10 + at))],
};

test('each entry has its answer and reason, in the order of the input', async () => {
  await hubs.load(known);
  const wrong = `${creditCode(1).slice(0, 17)}${creditCode(1).endsWith('0') ? '1' : '0'}`;
  const cases: readonly (readonly [Entry, status: string, reason: string, names: readonly string[]])[] = [
    [{ code: creditCode(1) }, 'FOUND', 'CODE_EQUAL', ['天津海华']],
    [{ code: ` ${creditCode(1).toLowerCase()}`, name: '天津（海華）' }, 'FOUND', 'CODE_AND_NAME_EQUAL', ['天津海华']],
    [{ code: creditCode(1).slice(8, 17), name: '天津海华' }, 'FOUND', 'CODE_AND_NAME_EQUAL', ['天津海华']],
    [{ code: creditCode(1), name: '津信天' }, 'POSSIBLE', 'NAME_DIFFERS', ['天津海华', '津信（天）', '津信天']],
    [{ name: '天津海华' }, 'FOUND', 'NAME_EQUAL', ['天津海华']],
    [{ name: '天津 海華' }, 'FOUND', 'NAME_EQUAL_NORMALISED', ['天津海华']],
    [{ name: '津信天' }, 'AMBIGUOUS', 'NAME_SHARED', ['津信（天）', '津信天']],
    [{ name: '东海' }, 'AMBIGUOUS', 'NAME_SHARED', ['东海', '东海', '东海']],
    [{ name: '天津海' }, 'NOT_FOUND', 'NAME_UNKNOWN', []],
    [{ code: creditCode(99) }, 'NOT_FOUND', 'CODE_UNKNOWN', []],
    [{ code: creditCode(99), name: '天津海华' }, 'POSSIBLE', 'CODE_UNKNOWN', ['天津海华']],
    [{ code: wrong }, 'NOT_FOUND', 'CODE_INVALID', []],
    [{ code: wrong, name: '天津海华' }, 'POSSIBLE', 'CODE_INVALID', ['天津海华']],
    [{ code: '12-34' }, 'NOT_FOUND', 'CODE_FORM_UNKNOWN', []],
    [{ code: creditCode(4), name: '隐天' }, 'NOT_FOUND', 'CODE_UNKNOWN', []],
    [{ name: '隐天' }, 'NOT_FOUND', 'NAME_UNKNOWN', []],
    [{}, 'NOT_FOUND', 'INPUT_EMPTY', []],
    [{ name: '（）', code: '无' }, 'NOT_FOUND', 'INPUT_EMPTY', []],
    [{ name: '天'.repeat(201) }, 'NOT_FOUND', 'INPUT_TOO_LONG', []],
    [{ name: '天津\u0000海华\ud800"\\' }, 'FOUND', 'NAME_EQUAL_NORMALISED', ['天津海华']],
  ];
  const answers = await match(decider, cases.map(([entry], at) => ({ reference: `r${at}`, ...entry })));
  expect(answers.map(({ reference, status, reason, candidates }) => [reference, status, reason, candidates.map(({ name }) => name)])).toEqual(
    cases.map(([, status, reason, names], at) => [`r${at}`, status, reason, names]),
  );
  expect(answers.map(({ more }) => more)).toEqual(cases.map(([{ name }]) => name === '东海'));
});

test('older codes lead to the subject, also of one that was merged', async () => {
  await hubs.load({ ...known, permits: known.permits.filter(({ holder_id: holder }) => holder !== 3) });
  for (const { database } of [hubs.one, hubs.other]) {
    await database.pool().query(`INSERT INTO hub.subject_identifier (subject_id, scheme, value) VALUES (2, 'REGISTRATION_NO', '120101000000011'), (4, 'REGISTRATION_NO', '1201010000001')`);
    await database.pool().query('UPDATE hub.subject SET merged_into = 1 WHERE id = 3');
  }
  const answers = await match(decider, [{ code: '120101000000011' }, { code: '1201010000001' }, { code: creditCode(3) }]);
  expect(answers.map(({ status, candidates }) => [status, candidates.map(({ uscc }) => uscc)])).toEqual([
    ['FOUND', [creditCode(2)]], ['NOT_FOUND', []], ['FOUND', [creditCode(1)]],
  ]);
  for (const { database } of [hubs.one, hubs.other]) await database.pool().query('DELETE FROM hub.subject_identifier');
});

test.each([asker('HEPING_HRSS'), asker('HEPING_APPROVAL'), asker('MUNI_HRSS')])('$agency: hidden subjects change no answer', async (who) => {
  const random = new Random(Number(process.env['FAST_CHECK_SEED'] ?? '1'));
  for (let round = 0; round < 4; round += 1) {
    const world = namedWorld(random, 60);
    await hubs.load(world, otherToNobody(world, who, random));
    const input = Array.from({ length: 60 }, () => ({ name: random.chance(0.5) ? random.pick(world.subjects).name : spelled(random, random.int(1, 4)) }));
    const answers = await match(who, input);
    answers.forEach(({ candidates, more, status }, at) => {
      const equal = naiveSearch(world, who, { name: input[at]?.name ?? '' }).filter((hit) => hit.match === 'EXACT').map((hit) => hit.subject.name);
      expect({ status, names: candidates.map(({ name }) => name), more }).toEqual({
        status: equal.length === 0 ? 'NOT_FOUND' : equal.length === 1 ? 'FOUND' : 'AMBIGUOUS', names: equal.slice(0, 3), more: equal.length > 3,
      });
    });
  }
});

test('ten thousand entries are one call, and their subjects stand in the evidence; one more is refused', async () => {
  const subjects = Array.from({ length: 5_000 }, (_, at) => subject(at + 1, `天津海华信恒东滨海有限公司第${at}号`));
  await hubs.load({ ...emptyWorld, subjects, permits: subjects.map(({ id }) => ({ ...shared(id, id), district: id % 2 === 0 ? '120101' : '120102' })) });
  const input = Array.from({ length: 10_000 }, (_, at) => {
    const { name, uscc } = subjects[at % subjects.length] ?? subject(0, '');
    return { reference: `ref-${at}`, name: `（${name}）`, ...(at % 3 === 0 ? { code: uscc } : {}) };
  });
  const token = await hubs.token(decider);
  const { body } = await hubs.one.ask(token, { query, variables: { input } });
  const answers = answersOf.parse(z.object({ data: z.object({ matchSubjects: z.unknown() }) }).parse(JSON.parse(body)).data.matchSubjects);
  expect(answers.map(({ reference }) => reference)).toEqual(input.map(({ reference }) => reference));
  const visible = new Set(visibleSubjects({ ...emptyWorld, subjects, permits: subjects.map(({ id }) => ({ ...shared(id, id), district: id % 2 === 0 ? '120101' : '120102' })) }, decider).map(({ name }) => name));
  expect(answers.filter(({ status }) => status === 'FOUND').length).toBe(2 * visible.size);
  expect(answers.every(({ status }, at) => (status === 'FOUND') === visible.has(subjects[at % subjects.length]?.name ?? ''))).toBe(true);
  const entries = await hubs.one.database.pool().query<{ entry: string }>('SELECT entry FROM hub.access_entry ORDER BY chain, position DESC LIMIT 1');
  expect(entries.rows[0]?.entry).toContain(`"records":${visible.size}`);

  const refused = await hubs.one.ask(token, { query, variables: { input: [...input, { name: '天' }] } });
  expect(refused.body).toContain('LIMIT_EXCEEDED');
});
