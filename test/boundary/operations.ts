import type { GraphQLCall } from './hub-under-test.js';
import { checksDuplicates, hasRights, visiblePermits, type Asker } from './judge.js';
import { expectedPage, expectedPermit, expectedSubject, expectedSubjects, type Filter, type Paging, type Reply } from './expectation.js';
import type { Random } from './random.js';
import { applies, collect, type Condition, type Expected, type FieldSelection, type Selection } from './selection-tree.js';
import { dates, deciders, items, locations, statuses, supervisedIn, type PermitRow, type World } from './world.js';

/** A root field: how it is called and what it must answer. */
export interface Root {
  readonly selection: FieldSelection;
  readonly reply: (below: ReadonlyMap<string, Expected>) => Reply;
}

/** An operation with its expected answer; `refused` is the code of an operation refused as a whole. */
export interface Operation {
  readonly call: GraphQLCall;
  readonly reply: Reply;
  readonly refused: string | null;
}

/** Cursors learnt from earlier answers: a row of the visible list and the sealed text that stands for it. */
export interface KnownCursors {
  readonly own: readonly (readonly [PermitRow, string])[];
  /** Cursors that open for somebody else, and texts that open for nobody. */
  readonly foreign: readonly string[];
}

const shape: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  PermitConnection: { nodes: 'Permit', edges: 'PermitEdge', pageInfo: 'PageInfo', __typename: null },
  PermitEdge: { cursor: null, node: 'Permit', __typename: null },
  PageInfo: { hasNextPage: null, hasPreviousPage: null, startCursor: null, endCursor: null, __typename: null },
  SubjectConnection: { nodes: 'Subject', edges: 'SubjectEdge', pageInfo: 'PageInfo', __typename: null },
  SubjectEdge: { cursor: null, node: 'Subject', __typename: null },
  Permit: {
    id: null, jurisdiction: null, item: null, documentNo: null, documentPart: null, certificateNo: null, holder: 'Subject', decidedBy: 'Agency',
    legalAuthority: null, location: null, district: null, outcome: null, status: null, decidedOn: null, validFrom: null,
    validTo: null, source: 'Agency', batch: null, receivedAt: null, updatedAt: null, content: null, legalRepresentative: null, revision: null, actions: 'PermitAction', __typename: null,
  },
  Subject: { id: null, kind: null, name: null, uscc: null, identityMask: null, __typename: null },
  Agency: { code: null, kind: null, jurisdiction: null, district: null, nameZh: null, nameEn: null, __typename: null },
  PermitAction: { action: null, actedOn: null, __typename: null },
};

/** Builds one random operation of a viewer and, from the world it may see, the answer it must get. */
export class OperationMaker {
  readonly #random: Random;
  readonly #asker: Asker;
  readonly #visible: readonly PermitRow[];
  readonly #world: World;
  readonly #cursors: KnownCursors;
  readonly #numbers: readonly string[];
  #definitions: string[] = [];
  #variables: Record<string, unknown> = {};
  #fragments = new Map<string, string>();

  /** `numbers`: document numbers worth asking for, visible, hidden and unknown ones. */
  constructor(random: Random, asker: Asker, world: World, cursors: KnownCursors, numbers: readonly string[]) {
    this.#random = random;
    this.#asker = asker;
    this.#world = world;
    this.#visible = visiblePermits(asker, world);
    this.#cursors = cursors;
    this.#numbers = numbers;
  }

  make(): Operation {
    this.#definitions = [];
    this.#variables = {};
    this.#fragments = new Map();
    const random = this.#random;
    const roots = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, (_, i) => this.#root(`r${i}`));
    let refused: string | null = null;
    if (hasRights(this.#asker) && random.chance(0.08)) {
      const cursor = random.pick(this.#cursors.foreign);
      const bad = random.chance(0.5) ? `first: 5, after: ${JSON.stringify(cursor)}` : `first: ${random.pick([0, -1, 101])}`;
      refused = bad.includes('after') ? 'BAD_CURSOR' : 'BAD_PAGE_SIZE';
      const selection: FieldSelection = { form: 'field', key: 'bad', name: 'permits', arguments: bad, condition: null, below: this.#below('PermitConnection', 2) };
      roots.push({ selection, reply: () => ({ data: null, denied: [] }) });
    }
    const selections = roots.map(({ selection }) => selection);
    if (random.chance(0.2)) selections.push({ form: 'field', key: '__typename', name: '__typename', condition: null, below: null });
    const body = this.#print(selections);
    const head = this.#definitions.length > 0 || random.chance(0.5) ? `query Q${this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : ''} ` : '';
    const query = [`${head}${body}`, ...this.#fragments.values()].join('\n');
    return {
      call: { query, ...(Object.keys(this.#variables).length > 0 ? { variables: this.#variables } : {}) },
      reply: this.#answer(roots, selections.length > roots.length),
      refused,
    };
  }

  #answer(roots: readonly Root[], typename: boolean): Reply {
    const data: Record<string, unknown> = {};
    const denied: string[] = [];
    for (const { selection, reply } of roots) {
      if (!applies(selection.condition)) continue;
      const one = reply(collect(selection.below ?? []));
      data[selection.key] = one.data;
      denied.push(...one.denied.map((path) => (path === '' ? selection.key : `${selection.key}.${path}`)));
    }
    if (typename) data['__typename'] = 'Query';
    return { data, denied };
  }

  #root(key: string): Root {
    const random = this.#random;
    const choice = random.fraction();
    if (choice < 0.5) return this.#permits(key);
    if (choice < 0.65) return this.#permit(key);
    if (choice < 0.8) return this.#subjects(key);
    if (choice < 0.9) return this.#subject(key);
    return this.#duplicate(key);
  }

  #permits(key: string): Root {
    const random = this.#random;
    const filter = random.chance(0.6) ? this.#filter() : {};
    const known = this.#cursors.own.length > 0 && random.chance(0.4) ? random.pick(this.#cursors.own) : null;
    const [paging, parts] = this.#paging(known?.[0] ?? null);
    if (Object.keys(filter).length > 0) parts.push(`filter: ${this.#filterArgument(filter)}`);
    if (known) parts.push(`after: ${this.#value('String', known[1], JSON.stringify(known[1]))}`);
    const selection = this.#rootSelection(key, 'permits', parts.join(', '), 'PermitConnection');
    return { selection, reply: (below) => expectedPage(this.#asker, this.#world, this.#visible, below, filter, paging) };
  }

  #subjects(key: string): Root {
    const random = this.#random;
    const filter: Filter = {
      ...(random.chance(0.3) ? { item: random.pick(items) } : {}),
      ...(random.chance(0.3) ? { district: supervisedIn(random.pick(locations)) } : {}),
    };
    const [paging, parts] = this.#paging(null);
    if (Object.keys(filter).length > 0) parts.push(`filter: ${this.#variable('SubjectFilter', filter)}`);
    const selection = this.#rootSelection(key, 'subjects', parts.join(', '), 'SubjectConnection');
    return { selection, reply: (below) => expectedSubjects(this.#asker, this.#world, this.#visible, below, filter, paging) };
  }

  #subject(key: string): Root {
    const uscc = this.#code();
    const selection = this.#rootSelection(key, 'subject', `uscc: ${this.#value('String!', uscc, JSON.stringify(uscc))}`, 'Subject');
    return { selection, reply: (below) => expectedSubject(this.#asker, this.#world, this.#visible, below, uscc) };
  }

  /** A page from the front or from the end. */
  #paging(after: PermitRow | null): [Paging, string[]] {
    const random = this.#random;
    const size = random.pick([1, 1, 2, 3, 5, 50, 100]);
    const backward = random.chance(0.3);
    return [{ size, backward, after }, [`${backward ? 'last' : 'first'}: ${this.#value('Int!', size, String(size))}`]];
  }

  /** A credit code of a visible holder, of a hidden one (the pairs make them up alike), or of nobody. */
  #code(): string {
    const random = this.#random;
    const seen = this.#world.subjects.filter(({ id }) => this.#visible.some((permit) => permit.holder_id === id));
    const codes = seen.flatMap(({ uscc }) => (uscc === null ? [] : [uscc]));
    return codes.length > 0 && random.chance(0.6) ? random.pick(codes) : random.pick(['HID-0', 'HID-1', 'VAR-0', 'VAR-1', 'NOBODY', '']);
  }

  #permit(key: string): Root {
    const number = this.#random.pick(this.#numbers);
    const argument = `documentNo: ${this.#value('ID!', number, JSON.stringify(number))}`;
    const selection = this.#rootSelection(key, 'permit', argument, 'Permit');
    return { selection, reply: (below) => expectedPermit(this.#asker, this.#world, this.#visible, below, number) };
  }

  /** Asked for a code nobody holds: what it says of existing holders is its declared purpose, not a leak. */
  #duplicate(key: string): Root {
    const selection: FieldSelection = {
      form: 'field', key, name: 'permitDuplicate', condition: null,
      arguments: 'holderUscc: "NOBODY", item: P01, pendingCase: "2026-1"',
      below: [{ form: 'field', key: 'exists', name: 'exists', condition: null, below: null }],
    };
    const allowed = checksDuplicates(this.#asker);
    return { selection, reply: () => (allowed ? { data: { exists: false }, denied: [] } : { data: null, denied: [''] }) };
  }

  #rootSelection(key: string, name: string, parameters: string, type: string): FieldSelection {
    return { form: 'field', key, name, arguments: parameters, condition: this.#condition(0.1), below: this.#below(type, 4) };
  }

  #filter(): Filter {
    const random = this.#random;
    return {
      ...(random.chance(0.4) ? { item: random.pick(items) } : {}),
      ...(random.chance(0.3) ? { status: random.pick(statuses) } : {}),
      ...(random.chance(0.3) ? { district: random.chance(0.8) ? supervisedIn(random.pick(locations)) : '' } : {}),
      ...(random.chance(0.1) ? { documentNo: random.pick(this.#numbers) } : {}),
      ...(random.chance(0.1) ? { certificateNo: this.#visible[random.int(0, 9)]?.certificate_no ?? 'C-0' } : {}),
      ...(random.chance(0.2) ? { decidedBy: random.pick(deciders) } : {}),
      ...(random.chance(0.2) ? { holderUscc: this.#code() } : {}),
      ...(random.chance(0.3) ? { decidedFrom: random.pick(dates) } : {}),
      ...(random.chance(0.3) ? { decidedTo: random.pick(dates) } : {}),
    };
  }

  #filterArgument(filter: Filter): string {
    if (this.#random.chance(0.3)) return this.#variable('PermitFilter', filter);
    const enums = new Set(['item', 'status']);
    const types: Readonly<Record<string, string>> = { item: 'PermitItemCode', status: 'PermitStatus', district: 'String', decidedFrom: 'LegalDate', decidedTo: 'LegalDate' };
    const fields = Object.entries<string>({ ...filter }).map(
      ([name, value]) => `${name}: ${this.#value(types[name] ?? 'String', value, enums.has(name) ? value : JSON.stringify(value))}`,
    );
    return `{${fields.join(', ')}}`;
  }

  /** A value as a literal or as a variable. */
  #value(type: string, value: unknown, literal: string): string {
    return this.#random.chance(0.5) ? literal : this.#variable(type, value);
  }

  #variable(type: string, value: unknown): string {
    const name = `v${this.#definitions.length}`;
    this.#definitions.push(`$${name}: ${type}`);
    this.#variables[name] = value;
    return `$${name}`;
  }

  #condition(probability: number): Condition | null {
    const random = this.#random;
    if (!random.chance(probability)) return null;
    const value = random.chance(0.5);
    return { directive: random.pick(['skip', 'include']), value, variable: random.chance(0.6) ? this.#variable('Boolean!', value) : null };
  }

  /** A random selection on a type; the same key always stands for the same field, so that fields may merge. */
  #below(type: string, depth: number): Selection[] {
    const random = this.#random;
    const fields = Object.entries(shape[type] ?? {}).filter(([, target]) => depth > 0 || target === null);
    const wanted = random.some(fields, type === 'Permit' ? 0.35 : 0.6);
    const chosen = wanted.length > 0 ? wanted : [random.pick(fields)];
    const selections: Selection[] = chosen.map(([name, target]) => ({
      form: 'field',
      key: random.chance(0.15) ? `${name.replaceAll('_', '')}2` : name,
      name,
      condition: this.#condition(0.08),
      below: target === null ? null : this.#below(target, depth - 1),
    }));
    if (depth > 0 && random.chance(0.2)) {
      const fragment = random.chance(0.5) ? `F${this.#fragments.size}` : null;
      if (fragment !== null) this.#fragments.set(fragment, '');
      const below = this.#below(type, depth - 1);
      if (fragment !== null) this.#fragments.set(fragment, `fragment ${fragment} on ${type} ${this.#print(below)}`);
      selections.splice(random.int(0, selections.length), 0, { form: 'spread', on: type, fragment, condition: this.#condition(0.3), below });
    }
    return selections;
  }

  #print(selections: readonly Selection[]): string {
    const parts = selections.map((selection) => {
      const { condition } = selection;
      const directive = condition ? ` @${condition.directive}(if: ${condition.variable ?? String(condition.value)})` : '';
      if (selection.form === 'spread') {
        return selection.fragment === null ? `... on ${selection.on}${directive} ${this.#print(selection.below)}` : `...${selection.fragment}${directive}`;
      }
      const alias = selection.key === selection.name ? '' : `${selection.key}: `;
      const parameters = selection.arguments === undefined ? '' : `(${selection.arguments})`;
      return `${alias}${selection.name}${parameters}${directive}${selection.below ? ` ${this.#print(selection.below)}` : ''}`;
    });
    return `{ ${parts.join(' ')} }`;
  }
}
