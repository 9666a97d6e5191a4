import type { HubDatabase } from '../../database/database.js';
import { agencyOfCode } from '../../measures/agencies.js';
import { legalDate, type Clock } from '../../measures/clock.js';
import { JointMeasureRegister, MeasureRefusal } from './measure-register.js';

const lead = agencyOfCode('MUNI_HRSS');

/**
 * Puts a sample measure on the sample entry of the black list (lists/sample-lists.ts) of a database that has no measures;
 * one that has some, or not that entry, is left alone. Returns how many rows it put. Several hubs may do so at once.
 */
export async function loadSampleMeasures(database: HubDatabase, clock: Clock, say: (line: string) => void = () => undefined): Promise<number> {
  const { rows } = await database.pool().query<{ wanted: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM hub.joint_measure) AND EXISTS (SELECT FROM hub.list_entry WHERE entry_no = 'HEPING_HRSS/SYNTHETIC-1' AND state = 'PUBLISHED') AS wanted`,
  );
  if (!lead || rows[0]?.wanted !== true) return 0;
  const register = new JointMeasureRegister(database, clock);
  const started = await register
    .start(lead, {
      number: 'SYNTHETIC-1', entryNo: 'HEPING_HRSS/SYNTHETIC-1', code: 'TJ_INSPECTION', legalBasis: '合成数据 SYNTHETIC', documentNo: '合成惩〔SYNTHETIC〕1号',
      on: legalDate(clock.now()), cooperating: ['HEDONG_HRSS'],
    })
    .catch((error: unknown) => {
      // The entry of an older sample is over by now.
      if (error instanceof MeasureRefusal) return [];
      throw error;
    });
  if (started.length > 0) say(`已载入 ${started.length} 条合成示例联合措施 · Loaded ${started.length} synthetic sample joint measures`);
  return started.length;
}
