import type { PoolClient } from 'pg';
import { adoptEntry } from '../../credit/lists/adopted-entries.js';
import { ListRegister } from '../../credit/lists/list-register.js';
import type { AgencyRecord } from '../../measures/agencies.js';
import { legalDate, type Clock } from '../../measures/clock.js';
import type { WaitingRecord } from '../doubts.js';
import { finding, isDoubt, type Finding } from '../findings.js';
import type { IntakeTools } from '../intake.js';
import type { LedgerWarning } from '../ledger.js';
import type { ReadRow, RecordKind, StoredRow, StoredRows, StoreSetting } from '../record-kind.js';
import type { RowFields } from '../row-fields.js';
import { enterEntry, type Entering } from './enter-entry.js';
import type { RegisterProfile } from './list-profile.js';
import { readAdopted, readProposed, type ListReading } from './list-reader.js';
import type { ListRecord } from './list-record.js';

/** Rows that are entries of the lists of `organ`; with `register`, of the official register that it keeps. */
export class ListKind implements RecordKind<ListReading> {
  /** Some 1.4 s: 28 ms a row of four steps, on two busy cores. */
  readonly batchRows = 50;
  readonly tables = 'hub.subject, hub.subject_identifier, hub.list_entry, hub.list_entry_step';
  readonly statuses: ReadonlySet<string> = new Set(['LISTED', 'REPAIRED', 'REVOKED', 'EXPIRED']);
  readonly #organ: AgencyRecord;
  readonly #register: RegisterProfile | null;
  readonly #clock: Clock;
  readonly #entries: ListRegister;

  constructor({ database, keyRing, clock }: IntakeTools, organ: AgencyRecord, register: RegisterProfile | null) {
    this.#organ = organ;
    this.#register = register;
    this.#clock = clock;
    this.#entries = new ListRegister(database, keyRing, clock);
  }

  read(fields: RowFields): { readonly reading: ListReading; readonly status: string | null } {
    const today = legalDate(this.#clock.now());
    const reading = this.#register ? readAdopted(fields, this.#organ, this.#register, today) : readProposed(fields, this.#organ, today);
    return { reading, status: reading.kind === 'entry' ? listStatus(reading.entry) : null };
  }

  findings(reading: ListReading): readonly Finding[] {
    return reading.kind === 'rejected' ? reading.findings : reading.doubts;
  }

  waiting(reading: ListReading): WaitingRecord | null {
    return reading.kind === 'entry' ? { kind: 'entry', entry: reading.entry } : null;
  }

  /** Row by row, for each is a chain of steps. A row that is held back leaves no trace. */
  async store(client: PoolClient, rows: readonly ReadRow<ListReading>[], { keyRing, header }: StoreSetting): Promise<StoredRows> {
    const columnName = (field: string) => header.columns.find(({ column }) => column.field === field)?.column.names[0] ?? field;
    const outcomes: StoredRow[] = [];
    for (const { reading } of rows) {
      if (reading.kind === 'rejected') throw new Error('A row that was rejected is none to store.');
      const { fate = 'stored', findings = [] } = await this.#enter(client, keyRing, reading.entry, header.stated);
      const named = findings.map(({ field, code, clauses }) => finding(columnName(field), code, clauses));
      // One that must be mended stands before a doubt, which could be accepted.
      const rejecting = named.filter((found) => !isDoubt(found));
      outcomes.push({ fate, findings: rejecting.length > 0 ? rejecting : named, before: null });
    }
    return { outcomes, again: false };
  }

  identityNumbers(): number {
    return 0;
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  finish(): Promise<readonly LedgerWarning[]> {
    return Promise.resolve([]);
  }

  async #enter(client: PoolClient, keyRing: StoreSetting['keyRing'], entry: ListRecord, stated: ReadonlySet<string>): Promise<Entering> {
    if (entry.origin === 'PROPOSED') return enterEntry(client, this.#entries, entry, stated);
    const adoption = await adoptEntry(client, keyRing, entry, legalDate(this.#clock.now()));
    return adoption.fate === 'differs' ? { findings: [{ field: '*', code: 'ENTRY_DIFFERS', clauses: ['A-69'] }] } : adoption;
  }
}

/** What the ledger counts an entry under: where the row says that it stands. */
export function listStatus(entry: ListRecord): string {
  if (entry.origin === 'ADOPTED') return entry.revoked ? 'REVOKED' : 'LISTED';
  return entry.end?.kind ?? 'LISTED';
}
