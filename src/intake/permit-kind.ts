import type { PoolClient } from 'pg';
import { isPersonal } from '../subjects/identifiers/schemes.js';
import { writeApplications } from './application-writer.js';
import type { WaitingRecord } from './doubts.js';
import type { Finding } from './findings.js';
import type { LedgerWarning } from './ledger.js';
import { beginParts, endParts } from './permit-parts.js';
import { readPermit } from './permit-reader.js';
import type { RowReading } from './permit-record.js';
import { writePermits } from './permit-writer.js';
import type { PermitProfile } from './profile-schema.js';
import type { ReadRow, RecordKind, StoredRow, StoredRows, StoreSetting } from './record-kind.js';
import type { RowFields } from './row-fields.js';
import { seriesWarnings } from './series-warnings.js';

/** Rows that are permits and applications for them. `today` is the legal date of the import. */
export class PermitKind implements RecordKind<RowReading> {
  /** Large enough for sets, small enough that nobody waits long for its rows. */
  readonly batchRows = 500;
  readonly tables = 'hub.subject, hub.subject_identifier, hub.permit, hub.permit_action';
  readonly statuses: ReadonlySet<string>;
  readonly #profile: PermitProfile;
  readonly #today: string;

  constructor(profile: PermitProfile, today: string) {
    this.#profile = profile;
    this.#today = today;
    this.statuses = new Set([...Object.keys(profile.decisions), ...Object.keys(profile.applications)]);
  }

  read(fields: RowFields): { readonly reading: RowReading; readonly status: string | null } {
    const status = fields.get('status');
    return { reading: readPermit(fields, this.#profile, this.#today), status };
  }

  findings(reading: RowReading): readonly Finding[] {
    if (reading.kind === 'rejected') return reading.findings;
    return reading.kind === 'permit' ? reading.doubts : [];
  }

  waiting(reading: RowReading): WaitingRecord | null {
    return reading.kind === 'permit' ? { kind: 'permit', permit: reading.permit } : null;
  }

  /** Permits that contradict what is stored are found while subjects are made for them: then the rest is stored anew. */
  async store(client: PoolClient, rows: readonly ReadRow<RowReading>[], { keyRing, header, pushed, stamp }: StoreSetting): Promise<StoredRows> {
    const permits = rows.flatMap((row) => (row.reading.kind === 'permit' ? [{ row, permit: row.reading.permit }] : []));
    const written = await writePermits(client, permits.map(({ permit }) => permit), stamp, {
      stated: header.stated,
      accepted: rows.some(({ accepted }) => accepted === true),
      pushed,
      keyRing,
      columnName: (field) => header.columns.find(({ column }) => column.field === field)?.column.names[0] ?? field,
    });
    const again = written.some(({ findings }) => findings.length > 0);
    const applications = again ? [] : rows.flatMap((row) => (row.reading.kind === 'application' ? [{ row, application: row.reading.application }] : []));
    const filed = await writeApplications(client, applications.map(({ application }) => application), stamp, keyRing);
    const outcomes = new Map<ReadRow<RowReading>, StoredRow>([
      ...permits.flatMap(({ row }, index) => entryOf(row, written[index])),
      ...applications.flatMap(({ row }, index) => entryOf(row, filed[index])),
    ]);
    return { outcomes: rows.map((row) => outcomes.get(row) ?? notReached), again };
  }

  identityNumbers(reading: RowReading): number {
    if (reading.kind !== 'permit') return 0;
    const { holder, identityNumbers } = reading.permit;
    return holder.identifiers.filter(isPersonal).length + identityNumbers.length;
  }

  async begin(client: PoolClient, { id, mends }: { readonly id: string; readonly mends: boolean }): Promise<void> {
    if (this.#isNumbered && mends) await beginParts(client, id);
  }

  async finish(client: PoolClient, { id, stored, heldBack }: { readonly id: string; readonly stored: number; readonly heldBack: number }): Promise<readonly LedgerWarning[]> {
    if (this.#isNumbered && heldBack === 0) await endParts(client, id);
    return stored > 0 ? seriesWarnings(client) : [];
  }

  get #isNumbered(): boolean {
    return this.#profile.numbering.parts === 'rows';
  }
}

/** Of a row that is taken again with the others. */
const notReached: StoredRow = { fate: 'stored', findings: [], before: null };

function entryOf(row: ReadRow<RowReading>, outcome: Omit<StoredRow, 'before'> & Partial<Pick<StoredRow, 'before'>> | undefined): readonly (readonly [ReadRow<RowReading>, StoredRow])[] {
  return outcome ? [[row, { fate: outcome.fate, findings: outcome.findings, before: outcome.before ?? null }]] : [];
}
