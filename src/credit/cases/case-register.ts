import type { ClientBase } from 'pg';
import type { HubDatabase } from '../../database/database.js';
import { legalDate, type Clock } from '../../measures/clock.js';
import { caseClocks, caseEffects, caseRules, creditCentres, repairLacks, type CaseActor, type CaseState } from '../../measures/credit/credit-case.js';
import { entryRules, isListed, stepOf, type EntryState, type EntryStep } from '../../measures/credit/list-entry.js';
import { lockedEntry, writeEntryStep, type StoredEntry } from '../lists/entry-steps.js';
import { ListRefusal } from '../refusal.js';
import { digestOf, inWriterTransaction } from '../write.js';
import type { CaseKind, CaseOutcome, CreditCaseStepCode } from './codes.js';
import { assertFitting, assignments, changesOf, keepChanges, type AskedChange } from './corrections.js';

/** A case as it is filed on behalf of the subject. Days are `YYYY-MM-DD`. */
export interface CaseFiling {
  /** The filer's own number, without its code. */
  readonly number: string;
  readonly entryNo: string;
  readonly kind: CaseKind;
  readonly filedOn: string;
  readonly grounds: string;
  /** REPAIR: the public credit promise was given. */
  readonly promiseGiven: boolean;
  /** OBJECTION: what is to be corrected; none asks that the entry be revoked. */
  readonly changes: readonly AskedChange[];
}

/** A step with what it records. */
export interface TakenStep {
  readonly step: CreditCaseStepCode;
  readonly on: string;
  readonly documentNo: string | null;
  readonly opinion: string | null;
  /** GRANT of an objection: revoke the entry, and do not correct it. */
  readonly revoke: boolean;
  /** GRANT of a repair: what the organ found. */
  readonly conductCorrected: boolean;
  readonly dutiesMet: boolean;
}

/** Where a case stands after a write; the same again for a write that was made before. */
export interface CaseStanding {
  readonly caseNo: string;
  readonly state: CaseState;
}

interface StoredCase extends CaseStanding {
  readonly id: string;
  readonly kind: CaseKind;
  readonly entryId: string;
  readonly jurisdiction: string;
  readonly responsibleOrgan: string;
  readonly filedBy: string;
  readonly filedOn: string;
  readonly promiseGiven: boolean;
  readonly steps: number;
  readonly extendedOn: string | null;
  readonly lastDigest: string | null;
}

/** Writes cases: every change of a case is a step, and takes its entry with it in the same transaction. */
export class CaseRegister {
  readonly #database: HubDatabase;
  readonly #clock: Clock;

  constructor(database: HubDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Files a case at the single window or with the organ that answers for the entry; an objection takes the entry's step
   * OBJECT. Throws ListRefusal: ENTRY_UNKNOWN for an entry the filer does not see, CASE_… for what does not fit.
   */
  async file({ code: filer }: { readonly code: string }, filing: CaseFiling): Promise<CaseStanding> {
    const { entryNo, kind, filedOn, changes } = filing;
    const [caseNo, digest] = [`${filer}/${filing.number}`, digestOf(filing)];
    this.#assertNotToCome(filedOn, 'filedOn');
    assertFitting(changes);
    if (kind === 'REPAIR' ? changes.length > 0 : filing.promiseGiven) throw new ListRefusal('CASE_FIELD_UNFIT', ['YZ-3.5e'], [kind === 'REPAIR' ? 'changes' : 'promiseGiven']);
    return this.#transaction(async (client) => {
      const entry = await this.#entryFor(client, filer, entryNo);
      const { rows: known } = await client.query<{ state: CaseState; same: boolean }>(
        'SELECT c.state, s.request_digest = $2 AS same FROM hub.credit_case c JOIN hub.credit_case_step s ON s.case_id = c.id AND s.ordinal = 1 WHERE c.case_no = $1',
        [caseNo, digest],
      );
      const [stored] = known;
      if (stored && !stored.same) throw new ListRefusal('CASE_NUMBER_TAKEN', ['YZ-3.5b'], ['number']);
      if (stored) return { caseNo, state: stored.state };
      const today = legalDate(this.#clock.now());
      const own = entry?.responsibleOrgan === filer;
      // What the centre does not see on the lists is unknown to it (B-38, B-40).
      if (!entry || !(own || (entry.list !== 'JUDGMENT_DEBTOR' && isShown(entry, today)))) throw new ListRefusal('ENTRY_UNKNOWN', ['YZ-3.5e'], ['entryNo']);
      // The centre reviews every case, and that list it does not see (B-38).
      if (entry.list === 'JUDGMENT_DEBTOR') throw new ListRefusal('CASE_NOT_OF_JUDGMENT_DEBTORS', ['YZ-3.5e'], ['entryNo']);
      if (entry.openCase !== null) throw new ListRefusal('CASE_OPEN_ALREADY', ['YZ-3.5e'], ['entryNo']);
      if (!isShown(entry, today) || !isShown(entry, filedOn)) throw new ListRefusal('CASE_ENTRY_NOT_LISTED', ['YZ-3.5e'], ['entryNo']);
      if (entry.publishedOn !== null && filedOn < entry.publishedOn) throw new ListRefusal('CASE_DAYS_UNFIT', ['YZ-3.5e'], ['filedOn']);
      if (kind === 'REPAIR' && entry.list === 'RED') throw new ListRefusal('CASE_NOT_OF_RED_LIST', ['YZ-3.5e'], ['kind']);
      const { acceptanceDue, organDue, answerDue } = caseClocks(filedOn);
      const { rows } = await client.query<{ id: string }>(
        `INSERT INTO hub.credit_case (case_no, kind, entry_id, entry_no, jurisdiction, responsible_organ, subject_id, filed_by, filed_on, grounds, promise_given,
                                      acceptance_due, organ_due, answer_due, due_provisional)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id`,
        [caseNo, kind, entry.id, entry.entryNo, entry.jurisdiction, entry.responsibleOrgan, entry.subjectId, filer, filedOn, filing.grounds, filing.promiseGiven,
          acceptanceDue.day, organDue.day, answerDue.day, answerDue.provisional],
      );
      const id = rows[0]?.id ?? '';
      const [effect] = caseEffects[kind].FILE ?? [];
      await writeCaseStep(client, { id, takenBy: 'SUBJECT', agency: filer, step: 'FILE', from: 'NEW', on: filedOn, digest, entryOrdinal: effect === undefined ? null : entry.steps + 1 });
      await keepChanges(client, id, entry.id, changes);
      await moveEntry(client, entry, { step: effect, takenBy: 'SUBJECT', on: filedOn, marked: { kind, id }, corrected: [] });
      return { caseNo, state: 'FILED' };
    });
  }

  /**
   * Takes a step of a case: the centre accepts, declines, reviews and extends; the organ that answers for the entry grants
   * or refuses (YZ-3.5b); who filed withdraws. Throws ListRefusal: CASE_UNKNOWN for a case the agency does not see, CASE_…
   * and the codes of `stepOf` for what does not fit, and the conditions of a repair that are not met, all of them at once.
   */
  async take({ code: agency }: { readonly code: string }, caseNo: string, asked: TakenStep): Promise<CaseStanding> {
    const { step, on } = asked;
    this.#assertNotToCome(on, 'on');
    return this.#transaction(async (client) => {
      const found = await lockedCase(client, caseNo, agency);
      if (!found) throw new ListRefusal('CASE_UNKNOWN', ['YZ-3.5b'], ['caseNo']);
      const { stored, entry } = found;
      if (stored.lastDigest === digestOf(asked)) return { caseNo, state: stored.state };
      const { from, to, by } = caseRules[step];
      const takenBy = by.find((actor) => agencyOf(stored, actor) === agency);
      if (takenBy === undefined) throw new ListRefusal('CASE_STEP_OF_OTHERS', ['YZ-3.5b'], ['step']);
      if (!from.includes(stored.state)) throw new ListRefusal('CASE_STEP_NOT_HERE', ['YZ-3.5e'], ['step']);
      if (step === 'EXTEND' && stored.extendedOn !== null) throw new ListRefusal('CASE_EXTENDED_ALREADY', ['YZ-3.5e'], ['step']);
      const isGrant = step === 'GRANT';
      if (isGrant && stored.kind === 'REPAIR') {
        const lacks = repairLacks({ repairFrom: entry.repairFrom, conductCorrected: asked.conductCorrected, dutiesMet: asked.dutiesMet, promiseGiven: stored.promiseGiven }, on);
        if (lacks.length > 0) throw new ListRefusal('CASE_REPAIR_CONDITIONS', ['YZ-3.5e'], lacks);
      }
      const corrected = isGrant && stored.kind === 'OBJECTION' && !asked.revoke ? await changesOf(client, stored.id) : [];
      if (isGrant && stored.kind === 'OBJECTION' && !asked.revoke && corrected.length === 0) throw new ListRefusal('CASE_NOTHING_TO_CORRECT', ['YZ-3.5e'], ['revoke']);
      const state = to ?? stored.state;
      const outcome = isGrant ? outcomeOf(stored.kind, asked.revoke) : null;
      const effects = caseEffects[stored.kind][step] ?? [];
      const effect = effects.find((one) => effects.length === 1 || (one === 'REVOKE') === asked.revoke);
      await updateCase(client, stored, asked, state, takenBy, outcome);
      await writeCaseStep(client, {
        id: stored.id, takenBy, agency, step, from: stored.state, on, documentNo: asked.documentNo, note: asked.opinion, digest: digestOf(asked),
        entryOrdinal: effect === undefined ? null : entry.steps + 1,
      });
      const marked = state === 'FILED' || state === 'ACCEPTED' || state === 'REVIEWED' ? { kind: stored.kind, id: stored.id } : null;
      if (effect !== undefined || marked === null) await moveEntry(client, entry, { step: effect, takenBy, on, marked, corrected, documentNo: asked.documentNo });
      return { caseNo, state };
    });
  }

  /** The entry, locked, where the filer answers for it or is the credit centre of its city; null otherwise, and then nothing is locked. */
  async #entryFor(client: ClientBase, filer: string, entryNo: string): Promise<StoredEntry | null> {
    const cities = Object.entries(creditCentres).flatMap(([jurisdiction, centre]) => (centre === filer ? [jurisdiction] : []));
    const { rows } = await client.query<{ id: string }>('SELECT id FROM hub.list_entry WHERE entry_no = $1 AND (responsible_organ = $2 OR jurisdiction = ANY ($3::text[]))', [entryNo, filer, cities]);
    return rows[0] ? lockedEntry(client, { id: rows[0].id }) : null;
  }

  #assertNotToCome(day: string, field: string): void {
    if (day > legalDate(this.#clock.now())) throw new ListRefusal('CASE_DAY_TO_COME', ['YZ-3.5e'], [field]);
  }

  #transaction<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    return inWriterTransaction(this.#database, work, {
      // A rule of the tables, such as a review before the acceptance.
      '23514': () => new ListRefusal('CASE_DAYS_UNFIT', ['YZ-3.5e'], ['on']),
      // The same number of the same filer, at the same moment, about another entry.
      '23505': () => new ListRefusal('CASE_NUMBER_TAKEN', ['YZ-3.5b'], ['number']),
    });
  }
}

/** On the list on a day, whatever its first day: what is published is shown. */
function isShown({ state, validTo }: StoredEntry, day: string): boolean {
  return isListed({ state, validFrom: day, validTo }, day);
}

function outcomeOf(kind: CaseKind, revoke: boolean): CaseOutcome {
  if (kind === 'REPAIR') return 'REPAIRED';
  return revoke ? 'REVOKED' : 'CORRECTED';
}

/** Who has a part in a case. */
type CaseParts = Pick<StoredCase, 'entryId' | 'jurisdiction' | 'responsibleOrgan' | 'filedBy'>;

/** The agency that acts as this in a case; null for the clock. */
function agencyOf({ jurisdiction, responsibleOrgan, filedBy }: CaseParts, actor: CaseActor): string | null {
  if (actor === 'CREDIT_CENTRE') return creditCentres[jurisdiction] ?? null;
  if (actor === 'RESPONSIBLE_ORGAN') return responsibleOrgan;
  return actor === 'SUBJECT' ? filedBy : null;
}

/** A case this agency has a part in, locked behind its entry. */
async function lockedCase(client: ClientBase, caseNo: string, agency: string): Promise<{ readonly stored: StoredCase; readonly entry: StoredEntry } | null> {
  const { rows: found } = await client.query<CaseParts>(
    `SELECT entry_id AS "entryId", jurisdiction, responsible_organ AS "responsibleOrgan", filed_by AS "filedBy" FROM hub.credit_case WHERE case_no = $1`,
    [caseNo],
  );
  const [place] = found;
  if (!place || !(['CREDIT_CENTRE', 'RESPONSIBLE_ORGAN', 'SUBJECT'] as const).some((actor) => agencyOf(place, actor) === agency)) return null;
  const entry = await lockedEntry(client, { id: place.entryId });
  const { rows } = await client.query<StoredCase>(
    `SELECT c.id, c.case_no AS "caseNo", c.kind, c.entry_id AS "entryId", c.jurisdiction, c.responsible_organ AS "responsibleOrgan", c.filed_by AS "filedBy", c.filed_on::text AS "filedOn",
            c.promise_given AS "promiseGiven", c.state, c.steps, c.extended_on::text AS "extendedOn", s.request_digest AS "lastDigest"
       FROM hub.credit_case c JOIN hub.credit_case_step s ON s.case_id = c.id AND s.ordinal = c.steps WHERE c.case_no = $1 FOR UPDATE OF c`,
    [caseNo],
  );
  const [stored] = rows;
  return stored && entry ? { stored, entry } : null;
}

async function updateCase(client: ClientBase, { id, filedOn }: StoredCase, { step, on, opinion }: TakenStep, state: CaseState, takenBy: CaseActor, outcome: CaseOutcome | null): Promise<void> {
  const { organDue, answerDue } = caseClocks(filedOn, { extended: true });
  await client.query(
    `UPDATE hub.credit_case SET state = $2, steps = steps + 1, outcome = $5,
            accepted_on = CASE WHEN $3 = 'ACCEPT' THEN $4::date ELSE accepted_on END,
            reviewed_on = CASE WHEN $3 = 'REVIEW' THEN $4::date ELSE reviewed_on END,
            closed_on = CASE WHEN $3 IN ('DECLINE', 'GRANT', 'REFUSE', 'WITHDRAW') THEN $4::date ELSE closed_on END,
            extended_on = CASE WHEN $3 = 'EXTEND' THEN $4::date ELSE extended_on END,
            organ_due = CASE WHEN $3 = 'EXTEND' THEN $6::date ELSE organ_due END,
            answer_due = CASE WHEN $3 = 'EXTEND' THEN $7::date ELSE answer_due END,
            due_provisional = CASE WHEN $3 = 'EXTEND' THEN $8 ELSE due_provisional END,
            centre_opinion = CASE WHEN $9 = 'CREDIT_CENTRE' THEN coalesce($10, centre_opinion) ELSE centre_opinion END,
            organ_opinion = CASE WHEN $9 = 'RESPONSIBLE_ORGAN' THEN coalesce($10, organ_opinion) ELSE organ_opinion END
      WHERE id = $1`,
    [id, state, step, on, outcome, organDue.day, answerDue.day, answerDue.provisional, takenBy, opinion],
  );
}

interface CaseStepRow {
  readonly id: string;
  readonly takenBy: CaseActor;
  readonly agency: string;
  readonly step: 'FILE' | CreditCaseStepCode;
  readonly from: CaseState | 'NEW';
  readonly on: string;
  readonly documentNo?: string | null;
  readonly note?: string | null;
  readonly digest: string;
  /** The step of the entry it takes with it, written behind it. */
  readonly entryOrdinal: number | null;
}

/** Adds a step to the chain of a case that has moved already. */
async function writeCaseStep(client: ClientBase, { id, takenBy, agency, step, from, on, documentNo = null, note = null, digest, entryOrdinal }: CaseStepRow): Promise<void> {
  await client.query(
    `INSERT INTO hub.credit_case_step (case_id, ordinal, kind, entry_id, jurisdiction, responsible_organ, filed_by, step, from_state, to_state, taken_by, agency, on_day, clauses,
                                       document_no, note, request_digest, entry_ordinal)
     SELECT id, steps, kind, entry_id, jurisdiction, responsible_organ, filed_by, $2, $3, state, $4, $5, $6::date, $7::text[], $8, $9, $10, $11::int FROM hub.credit_case WHERE id = $1`,
    [id, step, from, takenBy, agency, on, takenBy === 'RESPONSIBLE_ORGAN' ? ['YZ-3.5b', 'YZ-3.5e'] : ['YZ-3.5e'], documentNo, note, digest, entryOrdinal],
  );
}

interface EntryMove {
  /** Undefined where the entry is marked or unmarked alone. */
  readonly step: EntryStep | undefined;
  readonly takenBy: CaseActor;
  readonly on: string;
  readonly marked: { readonly kind: CaseKind; readonly id: string } | null;
  readonly corrected: readonly AskedChange[];
  readonly documentNo?: string | null;
}

/** What a case does to its entry: mark, corrections and state in one write, so that those who follow are told once. */
async function moveEntry(client: ClientBase, entry: StoredEntry, { step, takenBy, on, marked, corrected, documentNo = null }: EntryMove): Promise<void> {
  const next = step === undefined ? entry.state : entryAfter(entry, step, takenBy, on, corrected);
  const { sql, values } = assignments(corrected, 7);
  await client.query(
    `UPDATE hub.list_entry SET state = $2, steps = steps + $3::int, open_case = $4, open_case_id = $5, ended_on = coalesce($6::date, ended_on)${sql} WHERE id = $1`,
    [entry.id, next, step === undefined ? 0 : 1, marked?.kind ?? null, marked?.id ?? null, step === 'REPAIR' || step === 'REVOKE' ? on : null, ...values],
  );
  if (step === undefined) return;
  await writeEntryStep(client, {
    id: entry.id, ordinal: entry.steps + 1, step, from: entry.state, to: next, takenBy, organ: takenBy === 'RESPONSIBLE_ORGAN' ? entry.responsibleOrgan : null,
    on, clauses: entryRules[step].clauses, documentNo,
  });
}

function entryAfter(entry: StoredEntry, step: EntryStep, takenBy: CaseActor, on: string, corrected: readonly AskedChange[]): EntryState {
  const last = corrected.find(({ field }) => field === 'VALID_TO');
  const facts = last ? { ...entry, validTo: last.value } : entry;
  const next = stepOf(facts, { step, actor: takenBy === 'RESPONSIBLE_ORGAN' ? { kind: 'ORGAN', agency: entry.responsibleOrgan } : { kind: takenBy }, on });
  if (typeof next !== 'string') throw new ListRefusal(next.code, next.clauses, ['step']);
  return next;
}
