import type { ClientBase } from 'pg';
import { addPermits, addSubject } from './registry-rows.js';
import { namedSubjects } from '../support/named-subjects.js';

type Image = Record<string, unknown>;

/** What one event of the log has to say. */
export interface ExpectedEvent {
  readonly entity: string;
  readonly id: string;
  readonly before: Image | null;
  readonly after: Image | null;
}

/** A commit the server acknowledged: what it did, statement by statement, and when, in ticks of one common counter. */
export interface AcknowledgedCommit {
  readonly marker: string;
  readonly statements: readonly (readonly ExpectedEvent[])[];
  readonly asked: number;
  readonly acknowledged: number;
}

/** One step of a transaction. `pick` selects rows of the writer's own; delays are milliseconds. */
export type Step =
  | { readonly kind: 'insert'; readonly count: number }
  | { readonly kind: 'update' | 'idle' | 'delete' | 'move' | 'act' | 'rename'; readonly pick: number; readonly count: number }
  | { readonly kind: 'shared'; readonly pick: number }
  | { readonly kind: 'wait'; readonly delay: number }
  | { readonly kind: 'savepoint' | 'rollback to' | 'release' };

export interface Script {
  readonly steps: readonly Step[];
  readonly commits: boolean;
}

/** The rows a writer knows to exist. Steps change a copy; only an acknowledged commit makes the copy the truth. */
interface Known {
  readonly permits: Map<string, Image>;
  readonly actions: Map<string, Image>;
  readonly holders: Map<string, Image>;
  readonly statements: ExpectedEvent[][];
}

/** Ticks of a counter that all writers of one process share: orders asking and acknowledgement. */
export class Ticks {
  #now = 0;

  next(): number {
    return (this.#now += 1);
  }
}

/** SQLSTATE of transactions the server chose to end: they did not happen. */
const endedByServer = new Set(['40P01', '40001']);

/**
 * A writer that keeps a journal of what it did, from what the server told it row by row (RETURNING), never from the log
 * under test. It owns its permits and holders; the shared permits are contended by all writers.
 */
export class ConcurrentWriter {
  readonly journal: AcknowledgedCommit[] = [];
  #known: Known = { permits: new Map(), actions: new Map(), holders: new Map(), statements: [] };
  #saved: Known[] = [];
  #count = 0;

  constructor(
    readonly name: string,
    private readonly client: ClientBase,
    private readonly sharedPermits: readonly string[],
    private readonly sharedHolder: Image,
    private readonly ticks: Ticks,
  ) {}

  async run(script: Script): Promise<void> {
    const before = this.#known;
    this.#known = { ...copyOf(before), statements: [] };
    this.#saved = [];
    await this.client.query('BEGIN');
    try {
      for (const step of script.steps) await this.#step(step);
      if (!script.commits) {
        await this.client.query('ROLLBACK');
        this.#known = before;
        return;
      }
      const marker = this.#text('marker');
      // A transaction without effect gets no marker either: it must leave no trace in the log.
      if (this.#known.statements.length > 0) await this.#insert(1, marker);
      const asked = this.ticks.next();
      await this.client.query('COMMIT');
      const acknowledged = this.ticks.next();
      const { statements } = this.#known;
      if (statements.length > 0) this.journal.push({ marker, statements, asked, acknowledged });
    } catch (error) {
      await this.client.query('ROLLBACK');
      this.#known = before;
      if (!(error instanceof Error && 'code' in error && endedByServer.has(String(error.code)))) throw error;
    }
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'insert':
        return this.#insert(step.count, null);
      case 'update':
        return this.#updatePermits(step, `certificate_no = $2, revision = revision + 1`, [this.#text('c')]);
      case 'move':
        // The composite foreign key carries the district on to the actions.
        return this.#updatePermits(step, `district = CASE district WHEN '120101' THEN '120102' ELSE '120101' END, certificate_no = $2`, [this.#text('m')]);
      case 'idle':
        await this.client.query('UPDATE hub.permit SET revision = revision, content = content WHERE id = ANY($1)', [this.#pick(this.#known.permits, step)]);
        return;
      case 'delete':
        return this.#deletePermits(step);
      case 'act':
        return this.#addActions(step);
      case 'rename':
        return this.#renameHolders(step);
      case 'shared':
        return this.#updateShared(step.pick);
      case 'wait':
        await this.client.query('SELECT pg_sleep($1)', [step.delay / 1000]);
        return;
      case 'savepoint':
        await this.client.query(`SAVEPOINT s${this.#saved.length}`);
        this.#saved.push(copyOf(this.#known));
        return;
      case 'rollback to': {
        const saved = this.#saved.pop();
        if (!saved) return;
        await this.client.query(`ROLLBACK TO SAVEPOINT s${this.#saved.length}`);
        this.#known = saved;
        return;
      }
      case 'release':
        if (this.#saved.pop()) await this.client.query(`RELEASE SAVEPOINT s${this.#saved.length}`);
    }
  }

  async #insert(count: number, documentNo: string | null): Promise<void> {
    let [holder] = this.#known.holders.values();
    if (!holder || this.#known.holders.size < 3) {
      const name = this.#text('holder');
      const id = await addSubject(this.client, name);
      holder = { id: Number(id), kind: 'ORGANISATION', name, uscc: null, identifier: null, identifier_scheme: null, identity_mask: null, merged_into: null };
      this.#known.holders.set(id, holder);
      this.#record([{ entity: 'Subject', id, before: null, after: holder }]);
    }
    const holderId = String(holder['id']);
    const rows = Array.from({ length: count }, () => ({ documentNo: documentNo ?? this.#text('d'), holderId, certificateNo: this.#text('c') }));
    const images = await addPermits(this.client, rows);
    for (const image of images) this.#known.permits.set(String(image['id']), image);
    this.#record(images.map((image) => ({ entity: 'Permit', id: String(image['id']), before: null, after: this.#whole(image) })));
  }

  async #updatePermits(step: { readonly pick: number; readonly count: number }, set: string, values: readonly string[]): Promise<void> {
    const ids = this.#pick(this.#known.permits, step);
    const { rows } = await this.client.query<{ image: Image }>(
      `UPDATE hub.permit SET ${set} WHERE id = ANY($1) RETURNING to_jsonb(permit) AS image`,
      [ids, ...values],
    );
    const events: ExpectedEvent[] = [];
    for (const { image } of rows) {
      const id = String(image['id']);
      const before = this.#known.permits.get(id) ?? {};
      this.#known.permits.set(id, image);
      events.push({ entity: 'Permit', id, before: this.#whole(before), after: this.#whole(image) });
      for (const [actionId, action] of this.#known.actions) {
        if (String(action['permit_id']) !== id || action['district'] === image['district']) continue;
        const after = { ...action, district: image['district'] };
        this.#known.actions.set(actionId, after);
        events.push({ entity: 'PermitAction', id: actionId, before: action, after });
      }
    }
    this.#record(events);
  }

  async #deletePermits(step: { readonly pick: number; readonly count: number }): Promise<void> {
    const ids = this.#pick(this.#known.permits, step);
    await this.client.query('DELETE FROM hub.permit WHERE id = ANY($1)', [ids]);
    const events: ExpectedEvent[] = [];
    for (const id of ids) {
      events.push({ entity: 'Permit', id, before: this.#whole(this.#known.permits.get(id) ?? {}), after: null });
      this.#known.permits.delete(id);
      for (const [actionId, action] of this.#known.actions) {
        if (String(action['permit_id']) !== id) continue;
        events.push({ entity: 'PermitAction', id: actionId, before: action, after: null });
        this.#known.actions.delete(actionId);
      }
    }
    this.#record(events);
  }

  async #addActions(step: { readonly pick: number; readonly count: number }): Promise<void> {
    const { rows } = await this.client.query<{ image: Image }>(
      `INSERT INTO hub.permit_action (permit_id, jurisdiction, item, decided_by, district, action, acted_on)
       SELECT id, jurisdiction, item, decided_by, district, 'GRANT', decided_on FROM hub.permit WHERE id = ANY($1)
       RETURNING to_jsonb(permit_action) AS image`,
      [this.#pick(this.#known.permits, step)],
    );
    for (const { image } of rows) this.#known.actions.set(String(image['id']), image);
    this.#record(rows.map(({ image }) => ({ entity: 'PermitAction', id: String(image['id']), before: null, after: image })));
  }

  /** A holder's change is a change of its permits too. */
  async #renameHolders(step: { readonly pick: number; readonly count: number }): Promise<void> {
    const ids = this.#pick(this.#known.holders, step);
    const name = this.#text('renamed');
    await this.client.query(namedSubjects('UPDATE hub.subject SET name = $2 WHERE id = ANY($1)'), [ids, name]);
    const events: ExpectedEvent[] = [];
    for (const id of ids) {
      const before = this.#known.holders.get(id) ?? {};
      const after = { ...before, name };
      this.#known.holders.set(id, after);
      events.push({ entity: 'Subject', id, before, after });
      for (const [permitId, permit] of this.#known.permits) {
        if (String(permit['holder_id']) !== id) continue;
        events.push({ entity: 'Permit', id: permitId, before: { ...permit, holder: before }, after: { ...permit, holder: after } });
      }
    }
    this.#record(events);
  }

  async #updateShared(pick: number): Promise<void> {
    const id = this.sharedPermits[pick % this.sharedPermits.length] ?? '';
    const held = await this.client.query<{ image: Image }>('SELECT to_jsonb(p) AS image FROM hub.permit p WHERE id = $1 FOR UPDATE', [id]);
    const { rows } = await this.client.query<{ image: Image }>(
      'UPDATE hub.permit SET revision = revision + 1 WHERE id = $1 RETURNING to_jsonb(permit) AS image',
      [id],
    );
    const before = { ...held.rows[0]?.image, holder: this.sharedHolder };
    this.#record([{ entity: 'Permit', id, before, after: { ...rows[0]?.image, holder: this.sharedHolder } }]);
  }

  #record(events: ExpectedEvent[]): void {
    if (events.length > 0) this.#known.statements.push(events);
  }

  #whole(permit: Image): Image {
    return { ...permit, holder: this.#known.holders.get(String(permit['holder_id'])) };
  }

  #pick(rows: ReadonlyMap<string, Image>, step: { readonly pick: number; readonly count: number }): string[] {
    const ids = [...rows.keys()];
    const start = ids.length === 0 ? 0 : step.pick % ids.length;
    return ids.slice(start, start + step.count);
  }

  #text(kind: string): string {
    this.#count += 1;
    return `${this.name} ${kind} ${this.#count}`;
  }
}

function copyOf(known: Known): Known {
  return {
    permits: new Map(known.permits),
    actions: new Map(known.actions),
    holders: new Map(known.holders),
    statements: [...known.statements],
  };
}
