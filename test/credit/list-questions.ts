import type { GraphQLCall } from '../boundary/hub-under-test.js';
import type { Asker } from '../boundary/judge.js';
import type { Random } from '../boundary/random.js';
import { cellsOf, gateOf, hasRights, mayAskGate, readsNowhere, visibleEntries, type EntryRow } from './list-judge.js';
import { districts, grounds, lists, organs, publicationDays, worldDay, type ListWorld } from './list-world.js';

/** What the judge grants an operation: data in the order of the document, and denials as `path code`, sorted. */
export interface Granted {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: readonly string[];
}

/** An operation with what the judge grants it over any world. */
export interface Asked {
  readonly call: GraphQLCall;
  granted(world: ListWorld): Granted;
}

/** What is known of the visible entries before the questions: cursors by entry, and any id of either world. */
export interface Known {
  readonly cursors: ReadonlyMap<number, string>;
  readonly id: (type: string, key: number) => string;
  /** Entry numbers worth asking for: visible, hidden in one world or both, unknown. */
  readonly numbers: readonly string[];
  /** Internal numbers worth asking for as ids. */
  readonly keys: readonly number[];
  readonly codes: readonly string[];
}

/** Stands for a cursor, which is sealed. */
export const cursorMark = '<cursor>';

const fields = [
  'id', 'entryNo', 'jurisdiction', 'list', 'ground', 'legalBasis', 'documentNo', 'severity', 'reason', 'responsibleOrgan', 'district', 'subjectKind', 'subjectName',
  'subjectCode', 'state', 'decidedOn', 'publishedOn', 'validFrom', 'validTo', 'openCase', 'informedOn', 'defenceUntil', 'repairFrom', 'endedOn', '__typename',
] as const;

/** Some fields of an entry, a few of them under another name. */
export class EntrySelection {
  readonly #keys: readonly (readonly [key: string, field: string])[];

  /** `bold`: also what this viewer reads nowhere. */
  constructor(random: Random, asker: Asker, bold = random.chance(0.3)) {
    const chosen = random.some(fields, 0.4).filter((field) => bold || !readsNowhere(asker, field));
    this.#keys = [['entryNo', 'entryNo'], ...chosen.map((field, i): [string, string] => [random.chance(0.2) || field === 'entryNo' ? `x${i}` : field, field])];
  }

  get text(): string {
    return this.#keys.map(([key, field]) => `${key === field ? '' : `${key}: `}${field}${field === 'responsibleOrgan' ? ' { code }' : ''}`).join(' ');
  }

  denied(asker: Asker): readonly string[] {
    return this.#keys.flatMap(([key, field]) => (readsNowhere(asker, field) ? [key] : []));
  }

  /** The entry as an answer shows it; null where it is hidden. */
  of(asker: Asker, entry: EntryRow | undefined, day: string, id: Known['id']): unknown {
    const cells = entry && cellsOf(asker, entry, day);
    if (!entry || !cells) return null;
    return Object.fromEntries(this.#keys.map(([key, field]) => {
      if (field === 'id') return [key, id('ListEntry', entry.id)];
      if (field === '__typename') return [key, 'ListEntry'];
      return [key, field === 'responsibleOrgan' ? { code: cells[field] } : cells[field]];
    }));
  }
}

interface Root {
  readonly text: string;
  readonly denied: readonly string[];
  readonly of: (world: ListWorld) => unknown;
}

/** Filters by what they compare; those of the stream are the first five. */
export const filterable: Readonly<Record<string, (entry: EntryRow, wanted: string) => boolean>> = {
  list: (entry, wanted) => entry.list === wanted,
  ground: (entry, wanted) => entry.ground === wanted,
  district: (entry, wanted) => entry.district === wanted,
  responsibleOrgan: (entry, wanted) => entry.responsible_organ === wanted,
  subjectCode: (entry, wanted) => entry.subject_code === wanted,
  state: (entry, wanted) => entry.state === wanted,
  publishedFrom: (entry, wanted) => entry.published_on !== null && entry.published_on >= wanted,
  publishedTo: (entry, wanted) => entry.published_on !== null && entry.published_on <= wanted,
  endsBy: (entry, wanted) => entry.valid_to !== null && entry.valid_to <= wanted,
};
export const streamFilters = ['list', 'ground', 'district', 'responsibleOrgan', 'subjectCode'];

const enums = ['list', 'state'];

/** Some filters, with values that entries of the worlds have. */
export function randomFilter(random: Random, members: readonly string[], codes: readonly string[]): Readonly<Record<string, string>> {
  const values: Readonly<Record<string, readonly string[]>> = {
    list: lists, ground: grounds, state: ['PUBLISHED', 'OBJECTED', 'EXPIRED', 'DECIDED'], district: districts.flatMap((one) => one ?? []), responsibleOrgan: organs,
    subjectCode: codes, publishedFrom: publicationDays, publishedTo: publicationDays, endsBy: ['2026-11-21', worldDay, '2026-11-24', '2030-01-01'],
  };
  return Object.fromEntries(random.some(members, 0.2).map((member) => [member, random.pick(values[member] ?? [''])]));
}

export function meets(entry: EntryRow, filter: Readonly<Record<string, string>>): boolean {
  return Object.entries(filter).every(([member, wanted]) => filterable[member]?.(entry, wanted) === true);
}

/** A filter as a literal. */
export function filterText(filter: Readonly<Record<string, string>>): string {
  return `{${Object.entries(filter).map(([member, value]) => `${member}: ${enums.includes(member) ? value : JSON.stringify(value)}`).join(', ')}}`;
}

/** Makes operations of one to four roots over the lists. */
export class ListQuestions {
  readonly #random: Random;
  readonly #asker: Asker;
  readonly #known: Known;

  constructor(random: Random, asker: Asker, known: Known) {
    this.#random = random;
    this.#asker = asker;
    this.#known = known;
  }

  make(): Asked {
    const random = this.#random;
    const variables: Record<string, unknown> = {};
    const roots = Array.from({ length: random.int(1, 4) }, (_, i): readonly [string, Root] => {
      const key = `r${i}`;
      return [key, random.pick([() => this.#list(key, variables), () => this.#one(key), () => this.#node(key), () => this.#gate(key)])()];
    });
    const definitions = Object.keys(variables).map((name) => `$${name}: CreditListFilter`).join(', ');
    const query = `query Q${definitions === '' ? '' : `(${definitions})`} { ${roots.map(([key, { text }]) => `${key}: ${text}`).join(' ')} }`;
    return {
      call: { query, variables },
      granted: (world) => ({
        data: Object.fromEntries(roots.map(([key, root]) => [key, root.of(world)])),
        errors: roots.flatMap(([, { denied }]) => denied.map((path) => `${path} BOUNDARY_DENIED`)).sort(),
      }),
    };
  }

  #list(key: string, variables: Record<string, unknown>): Root {
    const [random, asker, known] = [this.#random, this.#asker, this.#known];
    const selection = new EntrySelection(random, asker);
    const filter = randomFilter(random, Object.keys(filterable), known.codes);
    const [backward, size] = [random.chance(0.3), random.pick([1, 2, 3, 7, 100])];
    const bound = (): number | null => (random.chance(0.3) && known.cursors.size > 0 ? random.pick([...known.cursors.keys()]) : null);
    const [after, before] = [bound(), bound()];
    const cursor = (of: number | null): string => JSON.stringify(known.cursors.get(of ?? 0));
    const asVariable = random.chance(0.5);
    if (asVariable) variables[key] = filter;
    const given = [
      `${backward ? 'last' : 'first'}: ${size}`, ...(after === null ? [] : [`after: ${cursor(after)}`]), ...(before === null ? [] : [`before: ${cursor(before)}`]),
      ...(Object.keys(filter).length === 0 && !asVariable ? [] : [`filter: ${asVariable ? `$${key}` : filterText(filter)}`]),
    ].join(', ');
    const info = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
    const withCount = random.chance(0.6);
    const text = `creditList(${given}) { nodes { ${selection.text} } edges { cursor node { entryNo } } ${info}${withCount ? ' totalCount' : ''} }`;
    if (!hasRights(asker)) return { text, denied: [key], of: () => null };
    return {
      text,
      denied: selection.denied(asker).map((field) => `${key}.nodes.${field}`),
      of: ({ entries }) => {
        const fitting = visibleEntries(asker, entries, worldDay).filter((entry) => meets(entry, filter));
        // Newest first: what is behind a cursor has a smaller number.
        const between = fitting.filter(({ id }) => (after === null || id < after) && (before === null || id > before));
        const page = backward ? between.slice(-size) : between.slice(0, size);
        const more = between.length > size;
        const mark = page.length > 0 ? cursorMark : null;
        return {
          nodes: page.map((entry) => selection.of(asker, entry, worldDay, known.id)),
          edges: page.map((entry) => ({ cursor: cursorMark, node: { entryNo: entry.entry_no } })),
          pageInfo: { hasNextPage: backward ? before !== null : more, hasPreviousPage: backward ? more : after !== null, startCursor: mark, endCursor: mark },
          ...(withCount ? { totalCount: fitting.length } : {}),
        };
      },
    };
  }

  #one(key: string): Root {
    const [asker, known] = [this.#asker, this.#known];
    const selection = new EntrySelection(this.#random, asker);
    const number = this.#random.pick(known.numbers);
    const text = `creditListEntry(entryNo: ${JSON.stringify(number)}) { ${selection.text} }`;
    if (!hasRights(asker)) return { text, denied: [key], of: () => null };
    return {
      text,
      denied: selection.denied(asker).map((field) => `${key}.${field}`),
      of: ({ entries }) => selection.of(asker, entries.find((entry) => entry.entry_no === number), worldDay, known.id),
    };
  }

  #node(key: string): Root {
    const [random, asker, known] = [this.#random, this.#asker, this.#known];
    const selection = new EntrySelection(random, asker);
    const type = random.pick(['ListEntry', 'ListEntry', 'ListEntry', 'Permit', 'Subject', 'none']);
    const number = random.pick(known.keys);
    const text = `node(id: ${JSON.stringify(type === 'none' ? 'nonsense' : known.id(type, number))}) { __typename ... on ListEntry { ${selection.text} } }`;
    // Who sees records of another type may ask by id; that of an entry is to them like one that never was.
    if (!hasRights(asker)) return { text, denied: asker.kind === 'JINBAO' ? [] : [key], of: () => null };
    return {
      text,
      denied: type === 'ListEntry' ? selection.denied(asker).map((field) => `${key}.${field}`) : [],
      of: ({ entries }) => {
        const found = type === 'ListEntry' ? selection.of(asker, entries.find(({ id }) => id === number), worldDay, known.id) : null;
        return found === null ? null : { __typename: 'ListEntry', ...found };
      },
    };
  }

  #gate(key: string): Root {
    const code = this.#random.pick(this.#known.codes);
    const text = `creditGate(subjectUscc: ${JSON.stringify(code)}, pendingCase: "津案 1") { allowed grounds }`;
    if (!mayAskGate(this.#asker)) return { text, denied: [key], of: () => null };
    return { text, denied: [], of: ({ subjects, entries }) => gateOf(entries, subjects.find(({ uscc }) => uscc === code)?.id ?? null, worldDay) };
  }
}
