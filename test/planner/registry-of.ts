import type { HubDatabase } from '../../src/database/database.js';
import { agencies, freeTradeAreas } from '../../src/measures/agencies.js';
import { Random } from '../boundary/random.js';
import { WorldLoader, type ActionRow, type PermitRow, type SubjectRow, type World } from '../boundary/world.js';

const day = 86_400_000;

/**
 * A registry of `count` permits shaped like the real one: districts of unequal size, most decisions by the approval
 * bureau of the place, mostly P01 and P02, some of every other item, a tenth from a foreign register.
 */
export function largeWorld(count: number, seed: number): World {
  const random = new Random(seed);
  const bureaus = agencies.filter(({ kind }) => kind === 'DISTRICT_APPROVAL' || kind === 'BINHAI_APPROVAL');
  const subjects: SubjectRow[] = Array.from({ length: Math.ceil(count / 3) }, (_, i) => ({
    id: i + 1, kind: 'ORGANISATION', name: `机构 ${i}`, uscc: `U${i}`,
  }));
  const permits: PermitRow[] = [];
  const actions: ActionRow[] = [];
  const start = Date.UTC(2018, 0, 1);
  for (let id = 1; id <= count; id += 1) {
    const bureau = random.pick(bureaus.slice(0, random.int(1, bureaus.length)));
    const area = bureau.kind === 'BINHAI_APPROVAL' && random.chance(0.4) ? random.pick(freeTradeAreas) : null;
    const foreign = random.chance(0.1);
    const elsewhere = random.chance(0.05) ? random.pick(bureaus).code : null;
    const decider = area ? `FTZ_${area.area}_APPROVAL` : (elsewhere ?? bureau.code);
    permits.push({
      id,
      jurisdiction: foreign ? 'US' : 'CN-TJ',
      item: random.chance(0.85) ? random.pick(['P01', 'P02']) : random.pick(['P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'P09', 'P10']),
      identifier_scheme: 'CN-XKWSH', document_no: `N${id % (count - 50)}`, document_part: id,
      document_title: null, certificate_name: null, certificate_no: `C${id}`, permit_kind: null,
      holder_id: random.int(1, subjects.length),
      decided_by: foreign ? 'US_OFLC' : decider, legal_authority: 'MUNI_HRSS',
      location: foreign ? 'US' : (area?.location ?? bureau.district ?? ''), district: foreign ? 'US' : (bureau.district ?? ''),
      outcome: 'GRANTED', status: random.chance(0.8) ? 'VALID' : 'CANCELLED',
      decided_on: new Date(start + random.int(0, 2_900) * day).toISOString().slice(0, 10),
      valid_from: null, valid_to: null, content: 'c', legal_representative: '王某', remarks: null, revision: 1,
      updated_at: '2026-01-01T00:00:00Z',
      source_agency: null, received_at: '2026-01-01T00:00:00Z', basic_updated_at: '2026-01-01T00:00:00Z',
      basic_batch: '00000000-0000-4000-8000-000000000000',
    });
    for (let i = random.int(0, 2); i > 0; i -= 1) actions.push({ id: actions.length + 1, permit_id: id, action: 'GRANT', acted_on: '2024-01-01' });
  }
  return { subjects, permits, actions };
}

/** Loads a world and lets the planner of PostgreSQL know it. */
export async function loadRegistry(database: HubDatabase, world: World): Promise<void> {
  const loader = await WorldLoader.open(database);
  try {
    await loader.load(world);
    await loader.query('VACUUM ANALYZE hub.permit, hub.permit_action, hub.subject');
  } finally {
    loader.close();
  }
}
