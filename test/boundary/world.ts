import type pg from 'pg';
import type { HubDatabase } from '../../src/database/database.js';
import { Random } from './random.js';
import { columnArrays } from '../../src/database/column-arrays.js';
import { foldedNameColumns, foldedNames, nameSubjectsSql } from '../../src/subjects/names/subject-names.js';

/** A world: the rows of the registry as a test makes them up, in the column names of the tables. */
export interface SubjectRow {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly uscc: string | null;
  readonly identity_mask?: string | null;
}

export interface PermitRow {
  readonly id: number;
  readonly jurisdiction: string;
  readonly item: string;
  readonly identifier_scheme: string;
  readonly document_no: string;
  readonly document_part: number;
  readonly document_title: string | null;
  readonly certificate_name: string | null;
  readonly certificate_no: string | null;
  readonly permit_kind: string | null;
  readonly holder_id: number;
  readonly decided_by: string;
  readonly legal_authority: string;
  readonly location: string;
  readonly district: string;
  readonly outcome: string;
  readonly status: string | null;
  readonly decided_on: string;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly content: string | null;
  readonly legal_representative: string | null;
  readonly remarks: string | null;
  readonly revision: number;
  readonly updated_at: string;
  readonly source_agency: string | null;
  readonly received_at: string;
  readonly basic_updated_at: string;
  readonly basic_batch: string;
}

export interface ActionRow {
  readonly id: number;
  readonly permit_id: number;
  readonly action: string;
  readonly acted_on: string;
}

export interface World {
  readonly subjects: readonly SubjectRow[];
  readonly permits: readonly PermitRow[];
  readonly actions: readonly ActionRow[];
}

export const emptyWorld: World = { subjects: [], permits: [], actions: [] };

export const items = ['P01', 'P02', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'P09', 'P10'] as const;
export const statuses = ['VALID', 'INVALID', 'REVOKED', 'CANCELLED'] as const;
export const dates = ['2024-01-31', '2024-02-29', '2025-06-01', '2025-06-02'] as const;
/** As an answer shows them: whole seconds and fractions, in UTC. */
export const instants = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.5Z', '2025-12-31T16:00:00.123456Z'] as const;
const actionTypes = ['GRANT', 'CHANGE', 'RENEWAL', 'CANCELLATION', 'REVOCATION'] as const;

/** Few places, so that rows of neighbours and of the free-trade zone collide: A-07 puts FTZ areas into 120116. */
export const locations = ['120101', '120102', '120116', 'FTZ:DONGJIANG', 'FTZ:AIRPORT'] as const;
export const deciders = ['HEPING_APPROVAL', 'HEDONG_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_DONGJIANG_APPROVAL', 'FTZ_AIRPORT_APPROVAL', 'MUNI_HRSS'] as const;

/** The district a location is supervised in, written again here: A-07. */
export function supervisedIn(location: string): string {
  return location.startsWith('FTZ:') ? '120116' : location;
}

export function randomSubject(random: Random, id: number, uscc: string | null): SubjectRow {
  const kind = random.pick(['ORGANISATION', 'HOUSEHOLD_BUSINESS', 'NATURAL_PERSON']);
  return { id, kind, name: random.text(), uscc, identity_mask: randomMask(random) };
}

/** What the mask of an identity number leaves of it. */
export function randomMask(random: Random): string | null {
  return random.chance(0.6) ? `**************${random.int(1000, 9999)}` : null;
}

/** A random permit; jurisdictions other than Tianjin's are a tenth. */
export function randomPermit(random: Random, id: number, holderId: number, documentNo: string, part: number): PermitRow {
  const location = random.pick(locations);
  const from = random.chance(0.7) ? random.pick(dates) : null;
  return {
    id,
    jurisdiction: random.chance(0.1) ? random.pick(['US', 'CN-XM']) : 'CN-TJ',
    item: random.pick([...items, 'P01', 'P05', 'P07', 'P07']), // items of relations that name one or two
    identifier_scheme: random.pick(['CN-XKWSH', 'OTHER']),
    document_no: documentNo,
    document_part: part,
    document_title: random.chance(0.5) ? random.text() : null,
    certificate_name: random.chance(0.5) ? random.text() : null,
    certificate_no: random.chance(0.3) ? `120100${random.int(10, 49)}` : random.chance(0.5) ? random.text() : null,
    permit_kind: random.chance(0.5) ? random.text() : null,
    holder_id: holderId,
    decided_by: random.pick(deciders),
    legal_authority: random.pick(deciders),
    location,
    district: supervisedIn(location),
    outcome: random.pick(['GRANTED', 'REFUSED']),
    status: random.chance(0.8) ? random.pick(statuses) : null,
    decided_on: random.pick(dates),
    valid_from: from,
    valid_to: from !== null && random.chance(0.6) ? '2099-12-31' : null,
    ...hiddenCells(random),
    content: random.chance(0.7) ? random.text() : null,
    legal_representative: random.chance(0.8) ? random.text() : null,
    revision: random.int(1, 9),
    source_agency: random.chance(0.8) ? random.pick(deciders) : null,
    received_at: random.pick(instants),
    basic_updated_at: random.pick(instants),
    basic_batch: `00000000-0000-4000-8000-00000000000${random.int(0, 9)}`,
  };
}

/** Cells no viewer reads: the register's own. */
export function hiddenCells(random: Random): Pick<PermitRow, 'remarks' | 'updated_at'> {
  return { remarks: random.chance(0.7) ? random.text() : null, updated_at: `2026-0${random.int(1, 9)}-01T00:00:00Z` };
}

/** Mostly a few actions, now and then more than the 20 an answer holds. */
export function randomActions(random: Random, permit: number, nextId: () => number): ActionRow[] {
  const count = random.chance(0.05) ? 23 : random.int(0, 3);
  return Array.from({ length: count }, () => ({
    id: nextId(),
    permit_id: permit,
    action: random.pick(actionTypes),
    acted_on: random.pick(dates),
  }));
}

/** Replaces the registry of a database by a world. Where it is `silent`, the change log hears nothing of it. */
export class WorldLoader {
  readonly #client: pg.PoolClient;

  private constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  static async open(database: HubDatabase, silent = true): Promise<WorldLoader> {
    const client = await database.pool(undefined, 4).connect();
    if (silent) for (const table of ['permit', 'permit_action', 'subject']) {
      await client.query(`ALTER TABLE hub.${table} DISABLE TRIGGER USER`);
    }
    return new WorldLoader(client);
  }

  async load(world: World): Promise<void> {
    const client = this.#client;
    await client.query('BEGIN');
    await client.query('DELETE FROM hub.permit_action');
    await client.query('DELETE FROM hub.permit');
    await client.query('DELETE FROM hub.subject');
    const columns = 'id, kind, name, uscc, identity_mask';
    await client.query(
      `WITH made AS (INSERT INTO hub.subject (${columns}) OVERRIDING SYSTEM VALUE
         SELECT ${columns} FROM jsonb_populate_recordset(NULL::hub.subject, $1) RETURNING id, name) ${nameSubjectsSql('made', 2)}`,
      [JSON.stringify(world.subjects), ...columnArrays(foldedNameColumns, foldedNames(world.subjects.map(({ name }) => name)))],
    );
    if (world.permits[0]) await this.#insert('permit', Object.keys(world.permits[0]), world.permits);
    await client.query(
      `INSERT INTO hub.permit_action (id, permit_id, jurisdiction, item, decided_by, district, action, acted_on)
       OVERRIDING SYSTEM VALUE
       SELECT a.id, p.id, p.jurisdiction, p.item, p.decided_by, p.district, a.action, a.acted_on
       FROM jsonb_populate_recordset(NULL::hub.permit_action, $1) a JOIN hub.permit p ON p.id = a.permit_id`,
      [JSON.stringify(world.actions)],
    );
    await client.query('COMMIT');
  }

  async query(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  close(): void {
    this.#client.release();
  }

  async #insert(table: string, columns: readonly string[], rows: readonly object[]): Promise<void> {
    const list = columns.join(', ');
    await this.#client.query(
      `INSERT INTO hub.${table} (${list}) OVERRIDING SYSTEM VALUE SELECT ${list} FROM jsonb_populate_recordset(NULL::hub.${table}, $1)`,
      [JSON.stringify(rows)],
    );
  }
}
