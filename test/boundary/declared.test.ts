import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import type { Branch } from '../../src/boundary/branches.js';
import { isFull } from '../../src/boundary/cell.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { snapshotText } from '../../src/boundary/change/snapshot.js';
import { projectFile } from '../../src/cli/project-file.js';
import { agencies } from '../../src/measures/agencies.js';
import { agreements } from '../../src/measures/agreements.js';
import { boundaries } from '../../src/server/schema.js';
import { sight, type Asker } from './judge.js';

/** The declarations themselves, without a database: against the judge in every combination, and against what is kept. */

const policy = new BoundaryPolicy(boundaries, '2026-11-22', []);
const askers: readonly Asker[] = agencies.map(({ code, kind, district }) => ({ agency: code, kind, district, role: null }));
const items = ['P01', 'P02', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'P09', 'P10', 'P11', 'US-H2A', ''];
const districts = ['120101', '120102', '120116', '120119', ''];
const deciders = ['HEPING_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_CBD_APPROVAL', 'MUNI_HRSS', 'HEPING_HRSS', 'US_OFLC', ''];
const jurisdictions = ['CN-TJ', 'CN-XM', 'US', ''];

type Row = Readonly<Record<'jurisdiction' | 'item' | 'district' | 'decidedByCode', string>>;

function isIn(branch: Branch, who: Asker, row: Row): boolean {
  return branch.where.every((condition) => {
    const cell = Object.entries(row).find(([name]) => name === condition.property)?.[1];
    if ('day' in condition || cell === undefined) throw new Error(`the rows of this test have no ${condition.property}`);
    return 'equals' in condition ? cell === (condition.equals === 'agency' ? who.agency : (who.district ?? '')) : condition.oneOf.includes(cell);
  });
}

test('every agency × item × district × decider × jurisdiction: the declared branches show what the boundary table gives (B-01 … B-16)', () => {
  let seen = 0;
  for (const who of askers) {
    const branches = policy.branches({ principal: who.kind, purpose: null }, 'Permit');
    for (const item of items) for (const district of districts) for (const decidedByCode of deciders) for (const jurisdiction of jurisdictions) {
      const row: Row = { jurisdiction, item, district, decidedByCode };
      const [branch] = branches.filter((one) => isIn(one, who, row));
      const found = !branch ? 'hidden' : isFull(policy.cell(branch, 'Permit', 'content')) ? 'record' : 'basic';
      const given = sight(who, { jurisdiction, item, district, decided_by: decidedByCode });
      if (found !== given) expect([who.agency, row, found]).toEqual([who.agency, row, given]);
      if (given !== 'hidden') seen += 1;
    }
  }
  expect(seen).toBeGreaterThan(500);
});

test('schema/boundary.json holds the declarations', () => {
  expect(readFileSync(projectFile('schema/boundary.json'), 'utf8')).toBe(snapshotText(boundaries, agreements()));
});
