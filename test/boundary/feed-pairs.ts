import { readsPersonalData, sight, type Asker } from './judge.js';
import { hiddenCells, randomMask, randomPermit, randomSubject, type PermitRow, type SubjectRow } from './world.js';
import type { Random } from './random.js';

/** One write to the registry. A transaction is a list of them. */
export type Step =
  | { readonly form: 'subject'; readonly row: SubjectRow }
  | { readonly form: 'insert'; readonly rows: readonly PermitRow[] }
  | { readonly form: 'update'; readonly before: PermitRow; readonly after: PermitRow }
  | { readonly form: 'holder'; readonly before: SubjectRow; readonly after: SubjectRow }
  | { readonly form: 'delete'; readonly row: PermitRow };

export type History = readonly (readonly Step[])[];

/** What a subscriber must be told, in order: the permit as it stands then, or null when it left. */
export interface ExpectedEvent {
  readonly kind: 'ENTERED' | 'CHANGED' | 'LEFT';
  readonly documentNo: string;
  readonly permit: PermitRow | null;
  readonly holder: SubjectRow;
}

/** Two histories that are equal in what one viewer may see of them; between the visible changes hidden ones differ. */
export interface FeedPair {
  readonly one: History;
  readonly other: History;
  readonly events: readonly ExpectedEvent[];
}

/** Makes histories under numbers of its own, so that rounds may follow each other on one database. */
export class FeedPairMaker {
  readonly #random: Random;
  readonly #asker: Asker;
  readonly #next: () => number;

  constructor(random: Random, asker: Asker, next: () => number) {
    this.#random = random;
    this.#asker = asker;
    this.#next = next;
  }

  make(): FeedPair {
    const random = this.#random;
    const shared: Step[][] = [];
    const events: ExpectedEvent[] = [];
    for (let count = random.int(1, 4); count > 0; count -= 1) {
      const life = this.#life(events);
      shared.push(...life);
    }
    return { one: this.#around(shared), other: this.#around(shared), events };
  }

  /** One visible permit and its holder, from its coming to its going. Every transaction holds one visible change. */
  #life(events: ExpectedEvent[]): Step[][] {
    const random = this.#random;
    let holder = randomSubject(random, this.#next(), null);
    const first = this.#permit(holder.id, (permit) => sight(this.#asker, permit) !== 'hidden');
    if (!first) return [];
    let row = first;
    const steps: Step[][] = [];
    const tell = (kind: ExpectedEvent['kind']): void => {
      events.push({ kind, documentNo: row.document_no, permit: kind === 'LEFT' ? null : row, holder });
    };
    steps.push([{ form: 'subject', row: holder }, { form: 'insert', rows: [row] }]);
    tell('ENTERED');
    for (let changes = random.int(0, 3); changes > 0; changes -= 1) {
      const choice = random.fraction();
      if (choice < 0.3) {
        const after = { ...holder, name: `${holder.name}+` };
        steps.push([{ form: 'holder', before: holder, after }]);
        holder = after;
      } else if (choice < 0.5 && sight(this.#asker, row) === 'record') {
        const after = { ...row, content: `${row.content ?? ''}+`, revision: row.revision + 1 };
        steps.push([{ form: 'update', before: row, after }]);
        row = after;
      } else {
        const after = { ...row, certificate_no: `${row.certificate_no ?? ''}+`, status: random.pick(['VALID', 'REVOKED', null]) };
        steps.push([{ form: 'update', before: row, after }]);
        row = after;
      }
      tell('CHANGED');
    }
    if (random.chance(0.4)) {
      steps.push([{ form: 'delete', row }]);
      tell('LEFT');
    } else if (random.chance(0.6)) {
      const gone = { ...row, jurisdiction: 'CN-XM' };
      steps.push([{ form: 'update', before: row, after: gone }, { form: 'update', before: gone, after: { ...gone, content: 'behind the back' } }]);
      tell('LEFT');
      if (random.chance(0.5)) {
        steps.push([{ form: 'update', before: { ...gone, content: 'behind the back' }, after: { ...row } }]);
        tell('ENTERED');
      }
    }
    return steps;
  }

  #permit(holder: number, wanted: (permit: PermitRow) => boolean): PermitRow | null {
    for (let tries = 0; tries < 400; tries += 1) {
      const id = this.#next();
      const permit = { ...randomPermit(this.#random, id, holder, `F${id}`, 1), certificate_no: null };
      if (wanted(permit)) return permit;
    }
    return null;
  }

  /** The shared history with hidden changes before, between and within its transactions. */
  #around(shared: readonly (readonly Step[])[]): History {
    const random = this.#random;
    const out: Step[][] = [];
    const stored = new Map<number, PermitRow>();
    const hidden: PermitRow[] = [];
    const holders = new Map<number, SubjectRow>();
    const filler = (): Step[] => {
      const steps: Step[] = [];
      for (let i = random.pick([0, 0, 1, 2, 5]); i > 0; i -= 1) steps.push(...this.#hiddenStep(stored, hidden, holders));
      return steps;
    };
    for (const transaction of shared) {
      const before = filler();
      if (before.length > 0) out.push(before);
      const steps: Step[] = [];
      for (const step of transaction) {
        if (random.chance(0.3)) steps.push(...filler());
        if (step.form === 'subject') holders.set(step.row.id, step.row);
        if (step.form === 'holder') {
          const before = holders.get(step.before.id) ?? step.before;
          const after = { ...before, name: step.after.name };
          holders.set(after.id, after);
          steps.push({ form: 'holder', before, after });
        } else steps.push(this.#withHiddenCells(step, stored));
      }
      if (random.chance(0.3)) steps.push(...filler());
      out.push(steps);
    }
    const last = filler();
    if (last.length > 0) out.push(last);
    return out;
  }

  /** The visible row as this side holds it: hidden cells differ between the sides, and so may their later changes. */
  #withHiddenCells(step: Step, stored: Map<number, PermitRow>): Step {
    if (step.form === 'insert') {
      const rows = step.rows.map((row) => ({ ...row, ...this.#cells(row) }));
      for (const row of rows) stored.set(row.id, row);
      return { form: 'insert', rows };
    }
    if (step.form === 'update') {
      const before = stored.get(step.before.id) ?? step.before;
      const after = { ...step.after, ...this.#cells(step.after) };
      stored.set(after.id, after);
      return { form: 'update', before, after };
    }
    if (step.form === 'delete') stored.delete(step.row.id);
    return step;
  }

  /** Cells this viewer learns nothing of; what it reads masked keeps its family name. */
  #cells(row: PermitRow): Partial<PermitRow> {
    const random = this.#random;
    const seen = sight(this.#asker, row);
    if (seen === 'record') {
      if (readsPersonalData(this.#asker)) return hiddenCells(random);
      const [family] = row.legal_representative ?? '';
      return { ...hiddenCells(random), ...(family === undefined ? {} : { legal_representative: family + random.text() }) };
    }
    return { ...hiddenCells(random), content: random.text(), revision: random.int(1, 900), legal_representative: random.text() };
  }

  /** A change this viewer must hear nothing of. */
  #hiddenStep(stored: Map<number, PermitRow>, hidden: PermitRow[], holders: Map<number, SubjectRow>): Step[] {
    const random = this.#random;
    const [visible] = [...stored.values()].filter((row) => sight(this.#asker, row) !== 'hidden');
    const choice = random.fraction();
    const holder = visible && sight(this.#asker, visible) === 'basic' ? holders.get(visible.holder_id) : undefined;
    if (holder && choice < 0.15) {
      const after = { ...holder, identity_mask: `**************${random.int(1000, 9999)}` };
      holders.set(after.id, after);
      return [{ form: 'holder', before: holder, after }];
    }
    if (visible && choice < 0.35) {
      const after = { ...visible, ...this.#cells(visible) };
      stored.set(after.id, after);
      return [{ form: 'update', before: visible, after }];
    }
    const known = hidden.at(-1);
    if (known && choice < 0.55) {
      const after = { ...known, content: random.text(), certificate_no: random.text() };
      hidden.splice(-1, 1, after);
      return [{ form: 'update', before: known, after }];
    }
    if (known && choice < 0.75) {
      hidden.pop();
      return [{ form: 'delete', row: known }];
    }
    const other = { ...randomSubject(random, this.#next(), null), identity_mask: randomMask(random) };
    const row = this.#permit(other.id, (permit) => sight(this.#asker, permit) === 'hidden');
    if (!row) return [];
    hidden.push(row);
    return [{ form: 'subject', row: other }, { form: 'insert', rows: [row] }];
  }
}
