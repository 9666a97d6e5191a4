import type { ClientBase } from 'pg';
import type { KeyRing } from '../access/key-ring.js';
import { legalDate } from '../measures/clock.js';
import { columnArrays } from '../database/column-arrays.js';
import { finding, type Finding } from './findings.js';
import type { RowFate } from './ledger.js';
import { allColumns, type HeldPermit } from './permit-columns.js';
import { numberParts } from './permit-parts.js';
import type { PermitRecord } from './permit-record.js';
import {
  certificateSql, endingColumns, endingSql, insertSql, permitStatements, realignSql, updateColumns, versionSql, type ChangedPermit,
} from './permit-statements.js';
import { roundsOf } from './rounds.js';
import { subjectKey, type HolderMention } from '../subjects/holder.js';
import { writePermitIdentifiers } from '../subjects/sealed-identifiers.js';
import { resolveSubjects } from '../subjects/subject-writer.js';

/** What is written together with every row of a batch. */
export interface BatchStamp {
  readonly batchId: string;
  readonly reference: string;
  readonly at: Date;
}

/** How the permits of a batch are to be taken. */
export interface WriteRules {
  /** Fields the source states; others keep what is stored. */
  readonly stated: ReadonlySet<string>;
  /** True for rows somebody accepted: what would make them doubtful does not hold them back. */
  readonly accepted: boolean;
  /** True where decisions arrive one by one: an end of a permit nobody delivered is refused (CANCEL_KNOWN). */
  readonly pushed: boolean;
  /** Seals identity numbers. */
  readonly keyRing: KeyRing;
  /** The header under which findings on a field are reported. */
  readonly columnName: (field: string) => string;
}

/** What became of a permit; with findings it is held back, whatever its fate says, and nothing of the batch may be kept. */
export interface PermitOutcome {
  readonly fate: RowFate;
  readonly findings: readonly Finding[];
  /** Of a permit that was stored before: when it was last written, and the source's version of it. */
  readonly before: { readonly at: Date; readonly version: number | null } | null;
}

interface FoundPermit {
  readonly n: string;
  readonly id: string;
  readonly status: string | null;
  readonly agency: string | null;
  readonly version: string | null;
  readonly at: Date;
  readonly changed: boolean;
}

/**
 * Takes the permits of a batch in order, inside the caller's transaction, with sets instead of rows: at most ten
 * statements for a batch without repeated documents. New ones get the action of their decision; changed ones a
 * revision; identical ones are not touched. Returns the outcome of each, by position.
 *
 * A row that contradicts what is stored is held back with its findings. Finding that out may have made subjects for it:
 * the caller then undoes everything written here and takes the batch again without the rows held back. There may be
 * fewer outcomes than permits in that case: rows behind the first such round are not looked at.
 */
export async function writePermits(
  client: ClientBase,
  permits: readonly PermitRecord[],
  stamp: BatchStamp,
  rules: WriteRules,
): Promise<readonly PermitOutcome[]> {
  const written: PermitOutcome[] = [];
  for (const round of roundsOf(permits, documentKey)) {
    const outcomes = await new Round(client, round, stamp, rules).write();
    written.push(...outcomes);
    // What follows would be judged against rows that are not there.
    if (outcomes.some(({ findings }) => findings.length > 0)) break;
  }
  return written;
}

function documentKey({ jurisdiction, identifierScheme, documentNo, documentPart }: PermitRecord): string | null {
  return documentPart === null ? null : [jurisdiction, identifierScheme, documentNo, documentPart].join('\n');
}

/** Permits of different documents, taken at once. */
class Round {
  readonly #client: ClientBase;
  readonly #permits: readonly PermitRecord[];
  readonly #stamp: BatchStamp;
  readonly #rules: WriteRules;

  constructor(client: ClientBase, permits: readonly PermitRecord[], stamp: BatchStamp, rules: WriteRules) {
    this.#client = client;
    this.#permits = permits;
    this.#stamp = stamp;
    this.#rules = rules;
  }

  async write(): Promise<readonly PermitOutcome[]> {
    const mentions = this.#permits.map((permit): HolderMention => ({
      holder: permit.holder,
      document: { ...permit, documentPart: permit.documentPart ?? 1 },
    }));
    const { ids, renamedBy, findings: ambiguous } = await resolveSubjects(this.#client, mentions, this.#rules.keyRing);
    if (ambiguous.size > 0) {
      return this.#permits.map(({ holder }): PermitOutcome => {
        const found = ambiguous.has(subjectKey(holder)) ? [finding(this.#rules.columnName('holderName'), 'SUBJECT_AMBIGUOUS')] : [];
        return { fate: 'rejected', findings: found, before: null };
      });
    }
    const held = await this.#withParts(this.#permits.map((permit) => ids.get(subjectKey(permit.holder)) ?? ''));
    const { name, find, update } = permitStatements(this.#rules.stated);
    const rows = await this.#client.query<FoundPermit>({ name, text: find, values: columnArrays(allColumns, held) });
    const stored = new Map(rows.rows.map((row) => [Number(row.n) - 1, row]));
    const findings = await this.#findings(held, stored);
    const before = (index: number): PermitOutcome['before'] => {
      const row = stored.get(index);
      return row ? { at: row.at, version: numberOf(row.version) } : null;
    };
    if (findings.size > 0) {
      return held.map((_, index) => ({ fate: 'rejected', findings: findings.get(index) ?? [], before: before(index) }));
    }

    const renumbered = await this.#renumber(held, stored);
    const fates = mentions.map((mention, index): RowFate => {
      const row = stored.get(index);
      if (!row) return 'stored';
      // The holder's name and the identity numbers are part of what the row says, though they are kept elsewhere.
      return row.changed || renumbered.has(row.id) || renamedBy.has(mention) ? 'updated' : 'duplicate';
    });
    await this.#store(held.filter((_, index) => fates[index] === 'stored'));
    const changed = held.flatMap((permit, index): readonly ChangedPermit[] => {
      const row = stored.get(index);
      return row && fates[index] === 'updated' ? [{ ...permit, id: row.id }] : [];
    });
    if (changed.length > 0) {
      const { batchId, at, reference } = this.#stamp;
      await this.#client.query(update, [batchId, at, reference, ...columnArrays(updateColumns, changed)]);
      await this.#client.query(realignSql, [changed.map(({ id }) => id)]);
    }
    await this.#raiseVersions(held, stored, fates);
    await this.#end(held.filter((_, index) => fates[index] !== 'duplicate'));
    return fates.map((fate, index) => ({ fate, findings: [], before: before(index) }));
  }

  async #withParts(holderIds: readonly string[]): Promise<readonly HeldPermit[]> {
    const unnumbered = this.#permits.flatMap((permit, index) =>
      permit.documentPart === null ? [{ ...permit, holderId: holderIds[index] ?? '' }] : [],
    );
    const parts = [...(await numberParts(this.#client, this.#stamp.batchId, 'permit', unnumbered))];
    return this.#permits.map((permit, index) => ({
      permit,
      holderId: holderIds[index] ?? '',
      part: permit.documentPart ?? parts.shift() ?? 1,
    }));
  }

  /** What speaks against taking a row, by position. */
  async #findings(held: readonly HeldPermit[], stored: ReadonlyMap<number, FoundPermit>): Promise<ReadonlyMap<number, readonly Finding[]>> {
    const { accepted, columnName } = this.#rules;
    const all = new Map<number, readonly Finding[]>();
    held.forEach(({ permit }, index) => {
      const row = stored.get(index);
      const found = row ? this.#against(permit, row) : this.#againstNew(permit);
      if (found) all.set(index, [found]);
    });
    if (accepted) return all;
    for (const index of await this.#usedCertificates(held, stored)) {
      all.set(index, [...(all.get(index) ?? []), finding(columnName('certificateNo'), 'CERTIFICATE_NO_USED', ['XT-4.1.2c', 'A-03'])]);
    }
    return all;
  }

  /** A source's own versions decide between its rows; between sources, and against an end, somebody must decide. */
  #against({ sourceAgency, sourceVersion, status }: PermitRecord, row: FoundPermit): Finding | null {
    const { accepted, columnName } = this.#rules;
    const version = numberOf(row.version);
    const sameSource = row.agency === null || row.agency === sourceAgency;
    if (sameSource && sourceVersion !== null && version !== null) {
      if (sourceVersion < version) return finding(columnName('sourceVersion'), 'STALE_VERSION');
      if (sourceVersion === version && row.changed) return finding(columnName('sourceVersion'), 'VERSION_CONFLICT');
    }
    if (!row.changed || accepted) return null;
    if (status === 'VALID' && (row.status === 'REVOKED' || row.status === 'CANCELLED')) return finding(columnName('status'), 'STATE_ENDED');
    const overVersion = version !== null && sourceVersion === null;
    return sameSource && !overVersion ? null : finding(columnName('documentNo'), 'SOURCES_DISAGREE');
  }

  /** A decision pushed for the first time is being issued: it is no end of an unknown one and has not expired. */
  #againstNew({ status, validTo }: PermitRecord): Finding | null {
    const { pushed, columnName } = this.#rules;
    if (!pushed) return null;
    if (status === 'REVOKED' || status === 'CANCELLED') return finding(columnName('status'), 'CANCEL_UNKNOWN');
    const expired = status === 'VALID' && validTo !== null && validTo < legalDate(this.#stamp.at);
    return expired ? finding(columnName('validTo'), 'DATE_EXPIRED') : null;
  }

  /**
   * XT-4.1.2c, A-03: a number of a dispatch certificate belongs to one holder, over all issuers. A later decision for the
   * same holder (change, renewal) keeps its number.
   */
  async #usedCertificates(held: readonly HeldPermit[], stored: ReadonlyMap<number, FoundPermit>): Promise<readonly number[]> {
    const asked = held.flatMap((permit, index) => {
      const { item, jurisdiction, certificateNo } = permit.permit;
      const isDispatch = jurisdiction === 'CN-TJ' && item === 'P01' && certificateNo !== null;
      return isDispatch && (stored.get(index)?.changed ?? true) ? [{ ...permit, index, certificateNo }] : [];
    });
    if (asked.length === 0) return [];
    const { rows } = await this.#client.query<{ n: string }>({
      name: 'intake-certificates',
      text: certificateSql,
      values: [
        asked.map(({ certificateNo }) => certificateNo),
        asked.map(({ holderId }) => holderId),
        asked.map(({ permit }) => permit.identifierScheme),
        asked.map(({ permit }) => permit.documentNo),
        asked.map(({ part }) => part),
      ],
    });
    const used = new Set(rows.map(({ n }) => Number(n) - 1));
    // Within the round the first row of a number has it.
    const holders = new Map<string, string>();
    asked.forEach(({ certificateNo, holderId }, position) => {
      const first = holders.get(certificateNo);
      if (first === undefined) holders.set(certificateNo, holderId);
      else if (first !== holderId) used.add(position);
    });
    return [...used].flatMap((position) => asked[position]?.index ?? []);
  }

  async #store(fresh: readonly HeldPermit[]): Promise<void> {
    if (fresh.length === 0) return;
    const { batchId, at, reference } = this.#stamp;
    const inserted = await this.#client.query<{ permit_id: string }>({
      name: 'intake-permits-insert',
      text: insertSql,
      values: [batchId, at, reference, ...columnArrays(allColumns, fresh)],
    });
    const ids = inserted.rows.map(({ permit_id: id }) => id).sort((one, other) => Number(one) - Number(other));
    const numbers = fresh.map(({ permit }, index) => ({ permitId: ids[index] ?? '', identifiers: permit.identityNumbers }));
    await writePermitIdentifiers(this.#client, this.#rules.keyRing, numbers, true);
  }

  /** Brings the sealed numbers of stored permits to what the rows say, where their layout has both columns of them. */
  async #renumber(held: readonly HeldPermit[], stored: ReadonlyMap<number, FoundPermit>): Promise<ReadonlySet<string>> {
    const { stated, keyRing } = this.#rules;
    if (!stated.has('representativeIdNumber') || !stated.has('holderIdNumber')) return new Set();
    const numbers = held.flatMap(({ permit }, index) => {
      const row = stored.get(index);
      return row ? [{ permitId: row.id, identifiers: permit.identityNumbers }] : [];
    });
    return writePermitIdentifiers(this.#client, keyRing, numbers);
  }

  async #raiseVersions(held: readonly HeldPermit[], stored: ReadonlyMap<number, FoundPermit>, fates: readonly RowFate[]): Promise<void> {
    const raised = held.flatMap(({ permit: { sourceVersion } }, index) => {
      const row = stored.get(index);
      const isNewer = row && fates[index] === 'duplicate' && sourceVersion !== null && sourceVersion > (numberOf(row.version) ?? -1);
      return isNewer ? [{ id: row.id, version: sourceVersion }] : [];
    });
    if (raised.length > 0) await this.#client.query(versionSql, [raised.map(({ id }) => id), raised.map(({ version }) => version)]);
  }

  async #end(held: readonly HeldPermit[]): Promise<void> {
    const ended = held.filter(({ permit }) => permit.endedOn !== null);
    if (ended.length > 0) await this.#client.query(endingSql, columnArrays(endingColumns, ended));
  }
}

/** A bigint of the database: versions are checked to be safe integers before they are stored. */
function numberOf(value: string | null): number | null {
  return value === null ? null : Number(value);
}
