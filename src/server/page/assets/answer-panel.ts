import type { DocumentNode, GraphQLSchema } from 'graphql';
import { notesOf } from './answer-notes.js';
import type { ClauseWords } from './clause-words.js';
import { tableElement } from './answer-tables.js';
import { element, isRecord, place } from './dom.js';
import { fieldName, labelsOf, type Labels } from './labels.js';
import { nextPage, rowOf, tablesOf, type Cell, type Table } from './rows.js';
import type { Answer, Audience } from './transport.js';
import { inEveryLanguage, say } from './words.js';

/** Rows of a stream that stay on the page; the oldest go. */
const keptEvents = 200;

type State = 'empty' | 'running' | 'answered' | 'listening' | 'ended';

/** What the panel may ask of the page around it. */
export interface Controls {
  readonly schema: () => GraphQLSchema | null;
  /** Runs the operation again behind this cursor. */
  readonly goOn: (cursor: string) => void;
  readonly stop: () => void;
  readonly clauseWords: ClauseWords;
}

/** The answer as people read it: tables, and beside them what was denied and how far the reader may see. */
export class AnswerPanel implements Audience {
  readonly #controls: Controls;
  readonly #status = element('p', { class: 'status', role: 'status' });
  readonly #buttons = element('div', { class: 'buttons' });
  readonly #rows = element('div', { class: 'rows' });
  readonly #notes = element('aside', { class: 'notes' });
  #state: State = 'empty';
  #labels: Labels = new Map();
  #answer: Answer = {};
  #milliseconds = 0;
  /** Rows of a stream, newest first, each with the root field it came in. */
  #events: { readonly path: string; readonly row: ReadonlyMap<string, Cell> }[] = [];
  #pages = false;

  constructor(controls: Controls) {
    this.#controls = controls;
    const title = element('h2');
    place('answer').append(
      element('div', { class: 'bar' }, title, this.#status, this.#buttons),
      element('div', { class: 'contents' }, this.#rows, this.#notes),
    );
    inEveryLanguage(() => {
      title.textContent = say('answer');
      place('answer').setAttribute('aria-label', say('answer'));
      this.#notes.setAttribute('aria-label', say('notes'));
      this.#write();
    });
  }

  started(document: DocumentNode | null, variables: readonly string[]): void {
    this.#labels = document ? labelsOf(document, this.#controls.schema()) : new Map<string, never>();
    this.#pages = variables.includes('after');
    this.#events = [];
    this.#answer = {};
    this.#to('running');
  }

  answered(answer: Answer, milliseconds: number): void {
    this.#answer = answer;
    this.#milliseconds = milliseconds;
    this.#to('answered');
  }

  opened(): void {
    this.#to('listening');
  }

  happened(event: Answer): void {
    if (isRecord(event['data'])) {
      for (const [path, value] of Object.entries(event['data'])) this.#events.unshift({ path, row: rowOf(path, value) });
      this.#events.length = Math.min(this.#events.length, keptEvents);
    } else {
      this.#answer = event; // why the stream ends
    }
    this.#write();
  }

  ended(): void {
    if (this.#state === 'listening') this.#to('ended');
  }

  /** Forgets the answer: another identity asks now. */
  clear(): void {
    this.#answer = {};
    this.#events = [];
    this.#to('empty');
  }

  #to(state: State): void {
    this.#state = state;
    this.#write();
  }

  #write(): void {
    const streaming = this.#state === 'listening' || this.#state === 'ended';
    const tables = streaming ? this.#eventTables() : tablesOf(this.#answer['data']);
    const notes = notesOf(this.#answer, this.#controls.clauseWords);
    this.#status.textContent = this.#statusText(tables);
    this.#status.dataset['state'] = this.#state;
    this.#buttons.replaceChildren(...this.#buttonList());
    this.#rows.replaceChildren(
      ...(this.#state === 'empty' ? [element('p', { class: 'empty' }, say('answerEmpty'))] : []),
      ...tables.map((table) => tableElement(table, this.#labels, this.#caption(table))),
    );
    this.#rows.setAttribute('aria-busy', String(this.#state === 'running'));
    this.#notes.replaceChildren(...notes);
    this.#notes.hidden = notes.length === 0;
  }

  #eventTables(): readonly Table[] {
    const [newest] = this.#events;
    if (!newest) return [];
    const columns = new Set(this.#events.flatMap(({ row }) => [...row.keys()]));
    return [{ path: newest.path, single: false, columns: [...columns], rows: this.#events.map(({ row }) => row) }];
  }

  #caption(table: Table): string {
    const root = table.path.replace(/\.(nodes|edges)$/, '');
    const label = fieldName(this.#labels, root);
    return label === root ? root : `${label} · ${root}`;
  }

  #statusText(tables: readonly Table[]): string {
    switch (this.#state) {
      case 'empty':
        return '';
      case 'running':
        return say('running');
      case 'listening':
        return `${say('listening')} · ${this.#events.length} ${say('rows')}`;
      case 'ended':
        return `${say('ended')} · ${this.#events.length} ${say('rows')}`;
      case 'answered': {
        const rows = tables.filter(({ single }) => !single).reduce((sum, table) => sum + table.rows.length, 0);
        return [...(tables.some(({ single }) => !single) ? [`${rows} ${say('rows')}`] : []), `${this.#milliseconds} ${say('milliseconds')}`].join(' · ');
      }
    }
  }

  #buttonList(): HTMLElement[] {
    const { goOn, stop } = this.#controls;
    if (this.#state === 'listening') return [element('button', { type: 'button', class: 'plain', onclick: () => stop() }, say('stop'))];
    const cursor = this.#state === 'answered' && this.#pages ? nextPage(this.#answer['data']) : null;
    return cursor === null ? [] : [element('button', { type: 'button', class: 'plain', onclick: () => goOn(cursor) }, say('next'))];
  }
}
