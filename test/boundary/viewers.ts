import { agencies } from '../../src/measures/agencies.js';
import type { Asker } from './judge.js';

/** An agency of the register as a viewer, acting as itself or in a role. */
export function asker(agency: string, role: string | null = null): Asker {
  const record = agencies.find(({ code }) => code === agency);
  if (!record) throw new Error(`no agency ${agency}`);
  return { agency, kind: record.kind, district: record.district, role };
}

/** What is declared with a request, in turn: mostly nothing, purposes with and without a case, fitting ones and others. */
export const declaredInTurn: readonly Pick<Asker, 'purpose' | 'caseNo'>[] = [
  {}, { purpose: 'CASE_HANDLING', caseNo: '津案 2026-1' }, {}, { purpose: 'SUPERVISION' }, { purpose: 'AUDIT', caseNo: '2026-2' }, {},
  { purpose: 'ENFORCEMENT', caseNo: '2026-3' },
];

/** Who asks in the rounds, one after the other: every relation, neighbours whose rows collide, and those without rights. */
export const viewers: readonly Asker[] = [
  asker('HEPING_APPROVAL'),
  asker('MUNI_HRSS'),
  asker('BINHAI_HRSS'),
  asker('FTZ_DONGJIANG_APPROVAL'),
  asker('HEPING_HRSS'),
  asker('BINHAI_APPROVAL'),
  asker('MUNI_STB'),
  asker('HEDONG_HRSS'),
  asker('JINBAO'),
  asker('HEDONG_APPROVAL'),
  { ...asker('MUNI_HRSS'), bulk: true },
  asker('US_OFLC'),
  asker('FTZ_AIRPORT_APPROVAL'),
  asker('HEPING_HRSS', 'ANALYST'),
  asker('NANKAI_HRSS'),
  asker('MUNI_HRSS', 'AUDITOR'),
];
