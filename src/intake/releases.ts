import type { Release } from '../boundary/release.js';

const deciders = ['MUNI_HRSS', 'DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'];

/** What the intake says on purpose of records of others that a delivered decision meets. */
export const intakeReleases: readonly Release[] = [
  {
    form: 'INTAKE',
    coordinates: ['Mutation.upsertPermit', 'PermitUpsert.fate', 'PermitUpsert.doubt', 'PermitUpsert.findings', 'PermitFinding.code', 'PermitFinding.reason'],
    viewers: deciders,
    tells: {
      zh: '所报编号已属他人、已由另一来源提供或主体不能唯一确定（DOUBTFUL 及代码）；不及该记录的机关、主体与内容',
      en: 'that a delivered number belongs to another holder or another source already, or that the holder is ambiguous (DOUBTFUL with a code); not whose, and nothing of that record',
    },
    why: {
      zh: '矛盾的数据不得静默覆盖或丢弃，报送机关须知本件未存、待人核对',
      en: 'contradictions are neither overwritten nor dropped in silence: who delivers has to know that this decision waits for a person',
    },
    rows: ['B-01'],
    clauses: ['XT-3.1b', 'XT-5.1.2c', 'A-03'],
  },
  {
    form: 'INTAKE',
    coordinates: ['PermitUpsert.fate', 'PermitUpsert.storedAt'],
    viewers: deciders,
    tells: {
      zh: '本机关所报的同一决定已经存入及其时间（DUPLICATE）',
      en: 'that the same decision of the own bureau is stored already, and since when (DUPLICATE)',
    },
    why: { zh: '推送可安全重发', en: 'a delivery is safe to repeat' },
    rows: ['B-01'],
    clauses: ['XT-5.1.2c'],
  },
];
