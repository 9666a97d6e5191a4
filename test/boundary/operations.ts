import { coordinateUses, DocumentMaker, type WantedArgument } from './document-maker.js';
import { checksDuplicates, countsCertificates, fullyReads, hasRights, sight, visiblePermits, type Asker } from './judge.js';
import { expectedNode, expectedPage, expectedPermit, expectedSubject, expectedSubjects, holdersOf, rootDenied, type Reply } from './expectation.js';
import type { Expectation, HiddenFilter, KnownTexts, Operation } from './operation.js';
import type { Pair } from './pairs.js';
import type { Filter, Paging, Question, Where } from './question.js';
import { randomOrder, randomPage, randomWhere } from './question-maker.js';
import type { Random } from './random.js';
import { argumentPaths, openRoots } from './read-surface.js';
import { expectedDuplicate, expectedIdentities, expectedStock, openAnswer } from './released.js';
import { applies, collect, type Expected, type FieldSelection, type Selection } from './selection-tree.js';
import { dates, deciders, items, locations, statuses, supervisedIn, type PermitRow, type World } from './world.js';

/** A root field: how it is called, what it must answer on a world, and which uses of the surface it is. */
interface Root {
  readonly name: string;
  readonly selection: FieldSelection;
  readonly uses: ReadonlySet<string>;
  /** Uses made in connections below. */
  readonly usesBelow?: ReadonlySet<string>;
  readonly reply: (below: ReadonlyMap<string, Expected>, world: World) => Reply;
}

type AskedFilter = Omit<Filter, 'also'>;

const argumentsOf = (field: string, chosen: (path: string) => boolean): WantedArgument[] =>
  argumentPaths(field).filter(chosen).flatMap((path) => (['literal', 'variable'] as const).map((form) => ({ root: field, path, form })));

/** Arguments in the order in which operations are about them. Conditions are many and have their turns by chance. */
const wantedArguments: readonly (readonly WantedArgument[])[] = ['permits', 'Subject.permits', 'permit', 'subjects', 'subject', 'node', 'permitDuplicate', 'certificateStock', 'personalIdentities'].flatMap((field) => {
  const conditions = argumentsOf(field, (path) => path.startsWith('where.'));
  return [
    ...argumentsOf(field, (path) => !path.startsWith('where.')).map((one) => [one]),
    ...Array.from({ length: conditions.length > 0 ? 12 : 0 }, () => conditions),
  ];
});

/** Builds one random operation of a viewer and, from the world it may see, the answer it must get. */
export class OperationMaker {
  readonly #random: Random;
  readonly #asker: Asker;
  readonly #visible: readonly PermitRow[];
  readonly #pair: Pair;
  readonly #known: KnownTexts;
  readonly #hiddenFilters: readonly HiddenFilter[];
  readonly #readableOnly: boolean;
  #document: DocumentMaker;
  #pendingCase = '';
  #wanted: WantedArgument | null = null;

  constructor(random: Random, asker: Asker, pair: Pair, known: KnownTexts, hiddenFilters: readonly HiddenFilter[] = [], readableOnly = false) {
    this.#readableOnly = readableOnly;
    this.#random = random;
    this.#asker = asker;
    this.#pair = pair;
    this.#visible = visiblePermits(asker, pair.one);
    this.#known = known;
    this.#hiddenFilters = hiddenFilters;
    this.#document = new DocumentMaker(random);
  }

  /** `turn`: which argument the operation is about, one after the other; the rest is chance. */
  make(turn: number, about?: WantedArgument): Operation {
    const random = this.#random;
    const wanted = about ?? random.pick(wantedArguments[turn % wantedArguments.length] ?? []);
    this.#document = new DocumentMaker(random, wanted);
    // One for each operation: a second case is refused.
    this.#pendingCase = random.pick(['2026-1', '2026-2', '2026-3', '2026-4', '2026-5', '2026-6', ' ']);
    this.#document.questionBelow = () => this.#questionBelow();
    const roots = Array.from({ length: random.pick([1, 2, 2, 2, 3]) }, (_, i) => {
      this.#wanted = i === 0 ? wanted : null;
      return this.#root(`r${i}`);
    });
    const refused = hasRights(this.#asker) && random.chance(0.06) ? this.#refused(roots) : null;
    const selections: Selection[] = roots.map(({ selection }) => selection);
    if (random.chance(0.2)) selections.push({ form: 'field', key: '__typename', name: '__typename', condition: null, below: null });
    const forms = this.#formsOf(roots);
    const query = this.#document.document(selections);
    const variables = this.#document.variables;
    const typename = selections.length > roots.length;
    const [one, other] = [this.#pair.one, this.#pair.other].map((world) => this.#expect(roots, typename, world));
    if (!one || !other) throw new Error('two worlds');
    return {
      call: { query, ...(Object.keys(variables).length > 0 ? { variables } : {}) },
      expected: [one.expected, other.expected],
      refused,
      used: refused !== null ? [] : one.replies.flatMap(({ root, reply }) => [
        { root: root.name, uses: new Set([...root.uses, ...forms]), rows: reply.rows },
        { root: root.name, uses: root.usesBelow ?? new Set(), rows: reply.below ?? [] },
      ]),
    };
  }

  #formsOf(roots: readonly Root[]): string[] {
    const names = roots.map(({ name }) => name);
    return [
      ...(names.some((name, i) => names.indexOf(name) < i) ? ['one field twice with different arguments'] : []),
      ...(names.some((name) => name.startsWith('__')) ? ['mixed with introspection'] : []),
      ...(names.some((name) => name in openRoots) ? ['mixed with public data'] : []),
      this.#asker.purpose === undefined ? 'with nothing declared' : this.#asker.caseNo === undefined ? 'with a purpose and no case' : 'with a purpose and a case',
      ...(roots.some(({ reply, selection }) => reply(collect(selection.below ?? []), this.#pair.one) === rootDenied) ? ['mixed with a denied root'] : []),
    ];
  }

  #expect(roots: readonly Root[], typename: boolean, world: World): { expected: Expectation; replies: { root: Root; reply: Reply }[] } {
    const data: Record<string, unknown> = {};
    const replies: { root: Root; reply: Reply }[] = [];
    for (const root of roots) {
      const { selection } = root;
      if (!applies(selection.condition)) continue;
      const reply = root.reply(collect(selection.below ?? []), world);
      data[selection.key] = reply.data;
      replies.push({ root, reply });
    }
    if (typename) data['__typename'] = 'Query';
    const errors = ([undefined, 'node', 'resolver'] as const).flatMap((phase) =>
      replies
        .filter(({ reply }) => reply.phase === phase)
        .flatMap(({ root: { selection }, reply: { denied, code = 'BOUNDARY_DENIED' } }) =>
          denied.map((path) => [path === '' ? selection.key : `${selection.key}.${path}`, code] as const),
        ),
    );
    return { expected: { data, errors }, replies };
  }

  /** Adds a root whose cursor, page size or pair of them is refused, and the whole operation with it. */
  #refused(roots: Root[]): string {
    const random = this.#random;
    const largest = this.#asker.bulk === true ? 1_000 : 100;
    const name = random.pick(['permits', 'permits', 'subjects'] as const);
    const { permits, below: lists, subjects, foreign } = this.#known;
    const elsewhere = [...(name === 'permits' ? subjects : permits.flatMap(({ places }) => places)), ...lists.flatMap(({ places }) => places)].map(([, text]) => text);
    const cursor = JSON.stringify(random.pick([...foreign, ...random.some(elsewhere, 0.2)]));
    const inPlain = JSON.stringify(permits.find(({ order }) => order.length === 0)?.places[0]?.[1] ?? 'x');
    const inOther = JSON.stringify(permits.find(({ order }) => order.length > 0)?.places[0]?.[1] ?? 'x');
    const [bad, code] = name === 'permits' && random.chance(0.6) ? random.pick([
      [`first: 5, after: ${inOther}`, 'BAD_CURSOR'],
      [`last: 5, orderBy: {field: DOCUMENT_NO, direction: DESC}, before: ${inPlain}`, 'BAD_CURSOR'],
      ['first: 5, where: {item: null}', 'BAD_USER_INPUT'],
      ['first: 5, where: {or: [{district: {eq: null}}]}', 'BAD_USER_INPUT'],
      ['first: 5, orderBy: [{field: ITEM}, {field: ITEM, direction: DESC}]', 'BAD_USER_INPUT'],
    ] as const) : random.pick([
      [`first: 5, after: ${cursor}`, 'BAD_CURSOR'],
      [`last: 5, before: ${cursor}`, 'BAD_CURSOR'],
      [`first: ${random.pick([0, -1, largest + 1])}`, 'BAD_PAGE_SIZE'],
      ['first: 1, last: 1', 'BAD_PAGE_SIZE'],
    ] as const);
    // Without connections below: one that asks by what is withheld would deny the root before its page is looked at.
    const question = this.#document.questionBelow;
    this.#document.questionBelow = null;
    const selection: FieldSelection = { form: 'field', key: 'bad', name, arguments: bad, condition: null, below: this.#document.below(name, false, 2) };
    this.#document.questionBelow = question;
    roots.push({ name, selection, uses: new Set(), reply: () => ({ data: null, denied: [], rows: [] }) });
    return code;
  }

  #root(key: string): Root {
    const choice = this.#random.fraction();
    if (this.#wanted) {
      if (this.#wanted.root === 'Subject.permits') return this.#holders(key);
      if (this.#wanted.root === 'permits') return this.#permits(key);
      if (this.#wanted.root === 'permit') return this.#permit(key);
      if (this.#wanted.root === 'subjects') return this.#subjects(key);
      if (this.#wanted.root === 'subject') return this.#subject(key);
      if (this.#wanted.root === 'permitDuplicate') return this.#duplicate(key);
      if (this.#wanted.root === 'personalIdentities') return this.#identities(key);
      return this.#wanted.root === 'certificateStock' ? this.#stock(key) : this.#node(key);
    }
    if (checksDuplicates(this.#asker) && this.#random.chance(0.2)) return this.#duplicate(key);
    if (countsCertificates(this.#asker) && this.#random.chance(0.12)) return this.#stock(key);
    if (choice < 0.36) return this.#permits(key);
    if (choice < 0.5) return this.#permit(key);
    if (choice < 0.66) return this.#subjects(key);
    if (choice < 0.72) return this.#subject(key);
    if (choice < 0.84) return this.#node(key);
    if (choice < 0.86) return this.#duplicate(key);
    if (choice < 0.87) return this.#stock(key);
    if (choice < 0.89) return this.#identities(key);
    return this.#open(key);
  }

  #permits(key: string): Root {
    const random = this.#random;
    const hidden = this.#hiddenFilters.length > 0 && random.chance(0.5) ? random.pick(this.#hiddenFilters) : null;
    const anchor = this.#anchor();
    const { parts, asked } = this.#question('permits', anchor, hidden === null, this.#asker.bulk === true && random.chance(0.5) ? [700] : [1, 1, 2, 3, 5, 50, 100]);
    const value = hidden && this.#hiddenValue(hidden);
    if (hidden) parts.push(`filter: {${hidden.path}: ${JSON.stringify(value)}}`);
    const asker = this.#asker;
    return this.#make(key, 'permits', parts, (below, world) => {
      if (hidden && !fullyReads(asker, hidden.field)) return rootDenied;
      const question = hidden ? { ...asked, filter: { also: (permit: PermitRow) => hidden.valueOf(world, permit) === value } } : asked;
      return expectedPage(asker, world, this.#visible, below, question);
    });
  }

  /** A connection of permits: which rows, in which order, which page. */
  #question(field: 'permits' | 'Subject.permits', anchor: PermitRow | null, conditions: boolean, sizes: readonly number[]): { parts: string[]; asked: Question } {
    const random = this.#random;
    const document = this.#document;
    const wanted = this.#wanted?.root === field ? this.#wanted.path : null;
    const filter: AskedFilter = conditions && (wanted?.startsWith('filter.') || random.chance(0.4)) ? this.#filter(field, anchor) : {};
    const where = conditions && (wanted?.startsWith('where.') || random.chance(0.45)) ? this.#where(anchor, wanted) : null;
    const known = field === 'permits' ? this.#known.permits : this.#known.below;
    const named = wanted?.startsWith('orderBy.') === true ? wanted.slice('orderBy.'.length) : null;
    const paged = wanted === 'after' || wanted === 'before';
    const { order, places } = named === null && known.length > 0 && (paged || random.chance(0.8)) ? random.pick(known) : { order: randomOrder(random, named), places: [] };
    const at = anchor && places.length > 0 ? places.findIndex(([row]) => row.id === anchor.id) : null;
    const [paging, parts] = this.#paging(field, places, at, sizes);
    if (Object.keys(filter).length > 0) parts.push(`filter: ${this.#filterArgument(field, 'PermitFilter', filter)}`);
    if (where !== null) parts.push(`where: ${document.value(field, 'where', where)}`);
    if (order.length > 0) parts.push(`orderBy: ${document.value(field, 'orderBy', order)}`);
    if (order.length > 0 && (paging.after ?? paging.before) !== null) document.use('second page of an order');
    return { parts, asked: { filter, where, order, paging } };
  }

  /** Conditions, now and then on what this viewer does not read of every row. */
  #where(anchor: PermitRow | null, wanted: string | null): Where {
    const random = this.#random;
    const source = { random, world: this.#pair.one, visible: this.#visible, hidden: fullyReads(this.#asker, 'content') };
    const path = wanted?.startsWith('where.') === true ? wanted.slice('where.'.length) : null;
    const where = randomWhere(source, anchor, this.#readableOnly && path?.includes('content') === true ? null : path);
    if (this.#readableOnly || source.hidden || !random.chance(0.1)) return where;
    const content = { content: { eq: random.pick([...this.#visible.flatMap((permit) => permit.content ?? []), 'x']) } };
    return random.pick([content, { ...where, ...content }, { or: [where, content] }, { not: content }, { not: { and: [where, { not: content }] } }]);
  }

  #questionBelow(): { text: string; asked: Question } {
    const { parts, asked } = this.#question('Subject.permits', this.#anchor(), true, [1, 1, 2, 3, 5, 50]);
    if ((asked.paging.after ?? asked.paging.before) !== null) this.#document.use('a second page below');
    return { text: parts.join(', '), asked };
  }

  /** All holders, with a connection below each. */
  #holders(key: string): Root {
    const nodes: FieldSelection = { form: 'field', key: 'nodes', name: 'nodes', condition: null, below: [this.#document.connection(2, this.#random.chance(0.3))] };
    const paging = { size: 100, backward: false, after: null, before: null };
    return this.#make(key, 'subjects', ['first: 100'], (below, world) => expectedSubjects(this.#asker, world, this.#visible, below, {}, paging), [nodes]);
  }

  /** A value some row of either world holds, so that a filter that is not refused tells the worlds apart. */
  #hiddenValue({ valueOf }: HiddenFilter): string {
    const worlds = this.#random.chance(0.5) ? [this.#pair.one, this.#pair.other] : [this.#pair.other, this.#pair.one];
    const visible = new Set(this.#visible.map(({ id }) => id));
    const values = worlds.flatMap((world) => world.permits.filter(({ id }) => visible.has(id)).flatMap((permit) => valueOf(world, permit) ?? []));
    return values[0] ?? 'x';
  }

  #subjects(key: string): Root {
    const random = this.#random;
    const anchor = this.#anchor();
    const filter: AskedFilter = {
      ...(this.#document.gives('subjects', 'filter.item', 0.4) ? { item: anchor?.item ?? random.pick(items) } : {}),
      ...(this.#document.gives('subjects', 'filter.district', 0.4) ? { district: anchor?.district ?? supervisedIn(random.pick(locations)) } : {}),
    };
    const [paging, parts] = this.#paging('subjects', this.#known.subjects, anchor && this.#known.subjects.findIndex(([row]) => row.id === anchor.holder_id), [1, 1, 2, 3, 5, 50, 100]);
    if (Object.keys(filter).length > 0) parts.push(`filter: ${this.#filterArgument('subjects', 'SubjectFilter', filter)}`);
    return this.#make(key, 'subjects', parts, (below, world) => expectedSubjects(this.#asker, world, this.#visible, below, filter, paging));
  }

  #subject(key: string): Root {
    const uscc = this.#code();
    return this.#make(key, 'subject', [`uscc: ${this.#document.value('subject', 'uscc', uscc)}`], (below, world) =>
      expectedSubject(this.#asker, world, this.#visible, below, uscc));
  }

  #permit(key: string): Root {
    const random = this.#random;
    const anchor = this.#anchor();
    const number = anchor?.document_no ?? random.pick(this.#pair.numbers);
    const part = this.#document.gives('permit', 'part', 0.6) ? (anchor?.document_part ?? random.int(1, 9)) : null;
    const parts = [`documentNo: ${this.#document.value('permit', 'documentNo', number)}`];
    if (part !== null) parts.push(`part: ${this.#document.value('permit', 'part', part)}`);
    return this.#make(key, 'permit', parts, (below, world) => expectedPermit(this.#asker, world, this.#visible, below, number, part));
  }

  /** A record by its id: a visible one, a hidden one of either world, one nobody has, a text that is no id. */
  #node(key: string): Root {
    const random = this.#random;
    const { one, other } = this.#pair;
    const type = random.pick(['Permit', 'Subject']);
    const anchor = this.#anchor();
    const hidden = type === 'Permit' ? [...one.permits, ...other.permits] : [...one.subjects, ...other.subjects];
    const number = anchor ? (type === 'Permit' ? anchor.id : anchor.holder_id) : (random.pick([...hidden.map(({ id }) => id), random.int(1, 100_000)]));
    const garbage = !anchor && random.chance(0.15);
    const text = garbage ? random.pick(['', 'nonsense', 'AAAAAAAAAAAAAAAAAAAAAA', '1']) : this.#known.id(type, number);
    const id = garbage ? null : { type, key: number };
    const below = this.#document.below('node', this.#wanted?.path === '' || random.chance(0.4));
    return this.#make(key, 'node', [`id: ${this.#document.value('node', 'id', text)}`], (_below, world) =>
      expectedNode(this.#asker, world, this.#visible, below, id), below);
  }

  #duplicate(key: string): Root {
    const random = this.#random;
    const { one, other } = this.#pair;
    const coded = new Set([...one.subjects, ...other.subjects].flatMap(({ id, uscc }) => (uscc === null ? [] : [id])));
    const valid = [...one.permits, ...other.permits].filter((permit) => permit.status === 'VALID' && coded.has(permit.holder_id));
    // Foreigners' permits are the ones the check never tells of (B-16).
    const foreigners = valid.filter((permit) => permit.item === 'P07');
    const held = foreigners.length > 0 && random.chance(0.5) ? foreigners : valid;
    const permit = held.length > 0 && random.chance(0.6) ? random.pick(held) : null;
    const uscc = (permit && [...one.subjects, ...other.subjects].find(({ id }) => id === permit.holder_id)?.uscc) ?? random.pick([this.#code(), '']);
    const item = permit?.item ?? random.pick(items);
    const pendingCase = this.#pendingCase;
    const parts = [
      `holderUscc: ${this.#document.value('permitDuplicate', 'holderUscc', uscc)}`,
      `item: ${this.#document.value('permitDuplicate', 'item', item)}`,
      `pendingCase: ${this.#document.value('permitDuplicate', 'pendingCase', pendingCase)}`,
    ];
    return this.#make(key, 'permitDuplicate', parts, (below, world) => expectedDuplicate(this.#asker, world, below, uscc, item, pendingCase));
  }

  #stock(key: string): Root {
    const item = this.#random.chance(0.85) ? 'P01' : this.#random.pick(items);
    return this.#make(key, 'certificateStock', [`item: ${this.#document.value('certificateStock', 'item', item)}`], (below, world) =>
      expectedStock(this.#asker, world, below, item));
  }

  /** Identity numbers of the persons of a permit: a visible one, a hidden one, one nobody has. */
  #identities(key: string): Root {
    const { one, other } = this.#pair;
    const number = this.#anchor()?.id ?? this.#random.pick([...one.permits, ...other.permits].map(({ id }) => id).concat(1));
    return this.#make(key, 'personalIdentities', [`permit: ${this.#document.value('personalIdentities', 'permit', this.#known.id('Permit', number))}`], () =>
      expectedIdentities(this.#asker));
  }

  /** Public data, the viewer itself or the schema, mixed in. The key tells the comparison that any answer will do. */
  #open(key: string): Root {
    const random = this.#random;
    const open = `open${key}`;
    if (random.chance(0.3)) {
      const [name, text] = random.pick([['__schema', '{ queryType { name } directives { name } }'], ['__type', '{ name fields { name type { name } } }']] as const);
      const selection = { form: 'field', key: open, name: `${name}${name === '__type' ? '(name: "Permit")' : ''} ${text}`, condition: null, below: null } as const;
      return { name, selection, uses: new Set(), reply: () => openAnswer };
    }
    const name = random.pick(Object.keys(openRoots));
    return { ...this.#make(open, name, openRoots[name] ? [openRoots[name]] : [], () => openAnswer), name };
  }

  #make(key: string, name: string, parts: readonly string[], reply: Root['reply'], given?: Selection[]): Root {
    const document = this.#document;
    const below = given ?? document.below(name, this.#wanted?.path === '' || this.#random.chance(0.3));
    const selection: FieldSelection = { form: 'field', key, name, arguments: parts.join(', '), condition: document.condition(0.05), below };
    const coordinates = coordinateUses(name, below);
    const isBelow = (use: string): boolean => /^Subject\.permits\(|(^a| page) (connection )?below/.test(use);
    const uses = [...document.takeUses()];
    return {
      name, selection, reply,
      uses: new Set([...coordinates.own, ...uses.filter((use) => !isBelow(use))]),
      usesBelow: new Set([...coordinates.below, ...uses.filter(isBelow)]),
    };
  }

  /** A visible row to ask about, so that most questions have an answer: each kind of row as often as any other. */
  #anchor(): PermitRow | null {
    const wanted = this.#wanted?.path ?? '';
    if (this.#visible.length === 0 || (this.#wanted === null && this.#random.chance(0.3))) return null;
    const kinds = new Map<string, PermitRow[]>();
    const coded = new Set(this.#pair.one.subjects.flatMap(({ id, uscc }) => (uscc === null ? [] : [id])));
    for (const permit of this.#visible) {
      if (wanted === 'filter.certificateNo' && permit.certificate_no === null) continue;
      if (wanted === 'filter.status' && permit.status === null) continue;
      if (!this.#canMeet(wanted, permit)) continue;
      if (/uscc/i.test(wanted) && !coded.has(permit.holder_id)) continue;
      const kind = `${sight(this.#asker, permit)} ${/P01|P07/.exec(permit.item)?.[0] ?? (/P05|P06/.test(permit.item) ? 'P05' : '')}`;
      kinds.set(kind, [...(kinds.get(kind) ?? []), permit]);
    }
    return kinds.size === 0 ? null : this.#random.pick(this.#random.pick([...kinds.values()]));
  }

  /** Whether a row can meet the condition a document is about. */
  #canMeet(wanted: string, permit: PermitRow): boolean {
    const [, property = '', operator = ''] = /^where\.(.+)\.(\w+)$/.exec(wanted) ?? [];
    if (property.startsWith('actions.some')) return this.#pair.one.actions.some(({ permit_id }) => permit_id === permit.id);
    if (['isNull', 'ne', 'notIn'].includes(operator)) return true;
    const cells: Readonly<Record<string, string | null>> = {
      status: permit.status, certificateNo: permit.certificate_no, validFrom: permit.valid_from, validTo: permit.valid_to, content: permit.content,
    };
    return cells[property] !== null;
  }

  /** A page; whoever sees nothing has no cursor of its own, and any text is refused like none. */
  #paging<T>(field: string, known: readonly (readonly [T, string])[], at: number | null, sizes: readonly number[]): [Paging<T>, string[]] {
    const places: readonly (readonly [T | null, string])[] = hasRights(this.#asker) ? known : this.#known.foreign.map((text) => [null, text]);
    const wanted = this.#wanted?.root === field ? this.#wanted.path : null;
    const page = randomPage(this.#random, this.#document, { field, sizes, places, at, wanted });
    const [{ backward, after, before }] = page;
    if (!backward && after !== null) this.#document.use('second page forward');
    if (backward && before !== null) this.#document.use('second page backward');
    return page;
  }

  /** A credit code of a visible holder, of a hidden one (the pairs make them up alike), or of nobody. */
  #code(of: PermitRow | null = this.#anchor()): string {
    const holder = this.#pair.one.subjects.find(({ id }) => id === of?.holder_id);
    const coded = holdersOf(this.#pair.one, this.#visible).flatMap(({ uscc }) => uscc ?? []);
    if (holder?.uscc) return holder.uscc;
    return coded.length > 0 && this.#random.chance(0.4) ? this.#random.pick(coded) : this.#random.pick(['HID-0', 'HID-1', 'VAR-0', 'VAR-1', 'NOBODY', '']);
  }

  /** Values of one visible row, so that rows of every relation are found by every filter, or any values. */
  #filter(field: string, row: PermitRow | null): AskedFilter {
    const random = this.#random;
    const gives = (name: string, probability: number): boolean => this.#document.gives(field, `filter.${name}`, probability);
    return {
      ...(gives('item', 0.35) ? { item: row?.item ?? random.pick(items) } : {}),
      ...(gives('status', 0.35) ? { status: row?.status ?? random.pick(statuses) } : {}),
      ...(gives('district', 0.3) ? { district: row?.district ?? (random.chance(0.8) ? supervisedIn(random.pick(locations)) : '') } : {}),
      ...(gives('documentNo', 0.3) ? { documentNo: row?.document_no ?? random.pick(this.#pair.numbers) } : {}),
      ...(gives('certificateNo', 0.4) ? { certificateNo: row?.certificate_no ?? `120100${random.int(10, 49)}` } : {}),
      ...(gives('decidedBy', 0.35) ? { decidedBy: row?.decided_by ?? random.pick(deciders) } : {}),
      ...(gives('holderUscc', 0.4) ? { holderUscc: this.#code(row) } : {}),
      ...(gives('decidedFrom', 0.35) ? { decidedFrom: row?.decided_on ?? random.pick(dates) } : {}),
      ...(gives('decidedTo', 0.35) ? { decidedTo: row?.decided_on ?? random.pick(dates) } : {}),
    };
  }

  #filterArgument(root: string, type: string, filter: AskedFilter): string {
    const fields = Object.entries<string>({ ...filter });
    if (!this.#wanted && this.#random.chance(0.2)) {
      this.#document.use(...fields.map(([name]) => `${root}(filter.${name}) as a variable`));
      return this.#document.variable(type, filter);
    }
    return `{${fields.map(([name, value]) => `${name}: ${this.#document.value(root, `filter.${name}`, value)}`).join(', ')}}`;
  }
}
