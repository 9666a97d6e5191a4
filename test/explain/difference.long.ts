import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { recordedOperations } from '../../src/access/log/recorded-operations.js';
import { forPurpose, full, masked, oneOf, until, type Boundary, type RecordBoundary, type RelationDeclaration } from '../../src/boundary/declaration.js';
import { differenceOf, type FieldChange } from '../../src/boundary/change/difference.js';
import { differenceText, isNoChange } from '../../src/boundary/text/difference-text.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { replay } from '../../src/boundary/change/replay.js';
import { readSnapshot, snapshotText } from '../../src/boundary/change/snapshot.js';
import { exampleOperations } from '../../src/cli/boundary-diff.js';
import { projectFile } from '../../src/cli/project-file.js';
import { boundaries, boundaryPolicy, hubSchema } from '../../src/server/schema.js';
import { sampleHub } from '../support/sample-hub.js';
import { waitFor } from '../support/wait-for.js';

/** `npm run boundary -- diff`: who gains and who loses by a changed declaration, and which operations notice. */

const now = boundaryPolicy();

function record(change: (declaration: RecordBoundary) => RecordBoundary): readonly Boundary[] {
  return boundaries.map((declaration) => (declaration.form === 'record' ? change(declaration) : declaration));
}

function relation(name: string, change: (declaration: RelationDeclaration) => RelationDeclaration): BoundaryPolicy {
  return new BoundaryPolicy(record((one) => ({ ...one, relations: one.relations.map((each) => (each.relation === name ? change(each) : each)) })));
}

function lines(changes: readonly FieldChange[]): string[] {
  return changes.map(({ type, viewer, relation: name, turn, fields }) => `${viewer} ${turn} ${type} ${name ?? '-'}: ${fields.join(' ')}`);
}

test('nothing changed: nobody gains or loses', () => {
  expect(isNoChange(differenceOf(now, new BoundaryPolicy(boundaries)))).toBe(true);
});

test('a group granted: its viewers gain its fields, of the record and of its parts', () => {
  const { fields, rows } = differenceOf(now, relation('supervising', (one) => ({ ...one, sees: { ...one.sees, DECISION_RECORD: full } })));
  expect(lines(fields)).toEqual(['DISTRICT_HRSS GAINS Permit supervising: content revision', 'DISTRICT_HRSS GAINS Subject supervising: identityMask']);
  expect(rows).toEqual([]);
  expect(fields[0]).toMatchObject({ before: { en: 'withheld' }, after: { en: 'in full' } });
});

test('full becomes masked: a loss; for a purpose what was for none: a loss; another mask: a change', () => {
  const deciding = (sees: RelationDeclaration['sees'][string]): string[] =>
    lines(differenceOf(now, relation('deciding', (one) => ({ ...one, sees: { ...one.sees, PERSONAL: sees } }))).fields.filter(({ viewer }) => viewer === 'FTZ_APPROVAL'));
  expect(deciding(masked('familyName'))).toEqual(['FTZ_APPROVAL LOSES Permit deciding: legalRepresentative']);
  expect(deciding(forPurpose(['CASE_HANDLING', 'SUPERVISION', 'ENFORCEMENT', 'AUDIT'], full, masked('familyName')))).toEqual(['FTZ_APPROVAL GAINS Permit deciding: legalRepresentative']);
  expect(deciding(forPurpose(['AUDIT'], full, masked('familyName')))).toEqual(['FTZ_APPROVAL CHANGES Permit deciding: legalRepresentative']);
  expect(deciding(until('validTo', forPurpose(['CASE_HANDLING', 'SUPERVISION', 'ENFORCEMENT'], full), masked('familyName')))).toEqual(['FTZ_APPROVAL LOSES Permit deciding: legalRepresentative']);
});

test('rows: more codes widen, fewer narrow, others change; a relation gone narrows and takes its fields', () => {
  const turn = (codes: readonly string[]): unknown =>
    differenceOf(now, relation('labourRelations', (one) => ({ ...one, where: { ...one.where, item: oneOf(...codes) } }))).rows.map((row) => [row.relation, row.turn, row.after?.en]);
  expect(turn(['P05', 'P06', 'P09'])).toEqual([['labourRelations', 'WIDENED', expect.stringContaining('P09 Vocational certificate')]]);
  expect(turn(['P05'])).toEqual([['labourRelations', 'NARROWED', expect.stringContaining('permit item is P05')]]);
  expect(turn(['P05', 'P09'])).toEqual([['labourRelations', 'CHANGED', expect.any(String)]]);
  expect(turn(['P06', 'P05'])).toEqual([]);

  const without = new BoundaryPolicy(record((one) => ({ ...one, relations: one.relations.filter((each) => each.relation !== 'workRegister') })));
  const { fields, rows } = differenceOf(now, without);
  expect(rows.map((row) => [row.relation, row.turn, row.viewers])).toEqual([['workRegister', 'NARROWED', ['JINBAO']]]);
  expect(fields.every(({ viewer, turn: how }) => viewer === 'JINBAO' && how === 'LOSES')).toBe(true);
  expect(fields.flatMap((change) => change.fields)).toContain('documentNo');
  const unconditional = differenceOf(now, relation('sharing', (one) => ({ ...one, where: { jurisdiction: oneOf('CN-TJ'), item: one.where['item'] ?? oneOf() } })));
  expect(unconditional.rows.map(({ turn: how }) => how)).toEqual(['WIDENED']);
});

test('viewers of a relation and of an operation', () => {
  const more = differenceOf(now, relation('workRegister', (one) => ({ ...one, viewers: ['JINBAO', 'SI_CENTER'] })));
  expect(new Set(more.fields.map(({ viewer, turn }) => `${viewer} ${turn}`))).toEqual(new Set(['SI_CENTER GAINS']));
  const fewer = new BoundaryPolicy(boundaries.map((one) => (one.form === 'operation' && one.fields.includes('certificateStock') ? { ...one, viewers: ['MUNI_HRSS'] } : one)));
  expect(lines(differenceOf(now, fewer).fields)).toEqual(['BINHAI_APPROVAL LOSES Query -: certificateStock', 'FTZ_APPROVAL LOSES Query -: certificateStock']);
});

test('replay: recorded operations and the examples say who would notice, and read nothing', async () => {
  const narrowed = new BoundaryPolicy(record((one) => ({ ...one, relations: one.relations.filter((each) => each.relation !== 'workRegister') })));
  const recorded = { document: 'a'.repeat(64), operation: 'Q', viewerClass: 'JINBAO', purpose: null, coordinates: ['Permit.item', 'Query.permits', 'Agency.code'], runs: 7 };
  const findings = replay(now, narrowed, [recorded, { ...recorded, viewerClass: 'MUNI_HRSS' }]);
  expect(findings).toEqual([{ operation: recorded, gains: [], loses: ['Permit.item', 'Query.permits'] }]);
  const examples = replay(now, narrowed, exampleOperations(await hubSchema(now), [now, narrowed]));
  expect(new Set(examples.map(({ operation }) => operation.viewerClass))).toEqual(new Set(['JINBAO']));
  const text = differenceText(now, differenceOf(now, narrowed), [{ source: '记录 · recorded', replayed: 2, findings }], 'x');
  expect(text).toContain('| Q aaaaaaaaaaaa | JINBAO | 7 | – | Permit.item, Query.permits |');
  expect(text).toContain('减 · loses');

  const byPurpose = new BoundaryPolicy(boundaries.map((one) => (one.form === 'operation' && one.fields.includes('personalIdentities') ? { ...one, purposes: ['AUDIT'] as const } : one)));
  const asked = { ...recorded, viewerClass: 'FTZ_APPROVAL', coordinates: ['Query.personalIdentities'] };
  expect(replay(now, byPurpose, [asked, { ...asked, purpose: 'SUPERVISION' }, { ...asked, purpose: 'AUDIT' }]).map(({ gains, loses }) => [gains, loses])).toEqual([
    [[], ['Query.personalIdentities']], [['Query.personalIdentities'], []],
  ]);
});

test('the operations of the access log are replayed with how often they ran', async () => {
  const running = await sampleHub();
  try {
    const token = await running.hub.issuer.issue('BINHAI_HRSS', null);
    const ask = () =>
      fetch(running.hub.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: 'query Mine { permits(first: 1) { nodes { documentNo } } }' }),
      }).then((response) => response.text());
    await ask();
    await ask();
    const mine = async () => (await recordedOperations(running.database)).filter(({ operation }) => operation === 'Mine');
    await waitFor('both answers in the access log', async () => (await mine())[0]?.runs === 2);
    expect(await mine()).toEqual([
      {
        document: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, operation: 'Mine', viewerClass: 'DISTRICT_HRSS', purpose: null, runs: 2,
        coordinates: ['Permit.documentNo', 'PermitConnection.nodes', 'Query.permits'],
      },
    ]);
  } finally {
    await running.close();
  }
});

test('the command: exit code 0 without a change, 3 with one, 2 for a baseline that is none', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-diff-'));
  const run = async (...args: string[]): Promise<readonly [number | undefined, string]> => {
    const call = promisify(execFile)(process.execPath, [projectFile('dist/src/cli/main.js'), 'boundary', 'diff', ...args]);
    try {
      return [0, (await call).stdout];
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: number; stdout: string; stderr: string };
      return [code, stdout + stderr];
    }
  };
  try {
    expect(await run()).toEqual([0, expect.stringContaining('Nobody gains or loses a field')]);
    const { declarations, agreements } = readSnapshot(await readFile(projectFile('schema/boundary.json'), 'utf8'));
    const older = declarations.map((one) => (one.form === 'record' ? { ...one, relations: one.relations.filter((each) => each.relation !== 'labourRelations') } : one));
    await writeFile(path.join(folder, 'older.json'), snapshotText(older, agreements));
    await writeFile(path.join(folder, 'runs.jsonl'), `${JSON.stringify({ document: 'd', operation: 'Q', viewerClass: 'DISTRICT_HRSS', coordinates: ['Permit.item'], runs: 3 })}\n`);
    const [code, text] = await run('--against', path.join(folder, 'older.json'), '--recorded', path.join(folder, 'runs.jsonl'));
    expect(code).toBe(3);
    expect(text).toContain('| Permit | labourRelations | DISTRICT_HRSS | 放宽 · widened | 无此关系 · no such relation |');
    expect(text).toContain('1 operations, 0 affected');
    expect((await run('--against', 'no-such-revision'))[0]).toBe(2);
    expect((await run('--against', '--upload-pack'))[0]).toBe(2);
    expect((await run('--unknown'))[0]).toBe(2);
  } finally {
    await rm(folder, { recursive: true });
  }
});
