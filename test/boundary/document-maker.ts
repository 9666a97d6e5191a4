import { getNamedType, getNullableType, isEnumType, isListType, type GraphQLInputType, type GraphQLObjectType } from 'graphql';
import type { Question } from './question.js';
import type { Random } from './random.js';
import { argumentType, connectionsBelow, memberType, rootField, targetsOf } from './read-surface.js';
import type { Condition, FieldSelection, Selection } from './selection-tree.js';

/** Text and meaning of the arguments of a connection below. */
export interface QuestionBelow {
  readonly text: string;
  readonly asked: Question;
}

/** An argument and the form it is given in; an empty path stands for all fields of the root. */
export interface WantedArgument {
  readonly root: string;
  readonly path: string;
  readonly form: 'literal' | 'variable';
}

/** Builds the text of one operation: variables, fragments and random selections; notes which forms it used. */
export class DocumentMaker {
  readonly #random: Random;
  readonly #definitions: string[] = [];
  readonly #fragments = new Map<string, string>();
  readonly variables: Record<string, unknown> = {};
  /** Forms of asking since the last call of `takeUses`. */
  #uses = new Set<string>();
  #nested = 0;
  #aliases = 0;
  #conditions = 0;
  /** The argument this document is about, which it must have in this form. */
  readonly #wanted: WantedArgument | null;
  /** Fields that are not selected. */
  readonly #avoid: ReadonlySet<string>;
  /** Asks a connection below; without it none is selected. */
  questionBelow: (() => QuestionBelow) | null = null;
  #connections = 0;
  #within = 0;

  constructor(random: Random, wanted: WantedArgument | null = null, avoid: ReadonlySet<string> = new Set()) {
    this.#random = random;
    this.#wanted = wanted;
    this.#avoid = avoid;
  }

  /** Whether an argument is to be given: with a probability, and always when the document is about it. */
  gives(root: string, path: string, probability: number): boolean {
    return this.#isWanted(root, path) || this.#random.chance(probability);
  }

  #isWanted(root: string, path: string): boolean {
    return this.#wanted?.root === root && this.#wanted.path === path;
  }

  use(...uses: readonly string[]): void {
    for (const use of uses) this.#uses.add(use);
  }

  takeUses(): ReadonlySet<string> {
    const uses = this.#uses;
    this.#uses = new Set();
    return uses;
  }

  /** The whole document. */
  document(selections: readonly Selection[], form: 'query' | 'subscription' = 'query'): string {
    const body = this.print(selections);
    const named = this.#definitions.length > 0 || form === 'subscription' || this.#random.chance(0.5);
    const head = named ? `${form} Q${this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : ''} ` : '';
    return [`${head}${body}`, ...this.#fragments.values()].join('\n');
  }

  /** An argument's value, by path (`filter.item`, `where.item.in`), as a literal or as a variable, or with variables in it. */
  value(field: string, path: string, value: unknown): string {
    return this.#input(field, path, argumentType(field, path), value);
  }

  #input(field: string, path: string, type: GraphQLInputType, value: unknown): string {
    // An enum that names columns counts value by value.
    const counted = path === 'orderBy.field' && typeof value === 'string' ? `orderBy.${value}` : path;
    const wanted = this.#isWanted(field, counted) ? this.#wanted?.form : undefined;
    const composed = typeof value === 'object' && value !== null;
    // What the document is about must stand in its own form, so what holds it stays a literal.
    const holdsWanted = this.#wanted?.root === field && this.#wanted.path.startsWith(`${path}.`);
    const variable = wanted === undefined ? !holdsWanted && this.#random.chance(composed ? 0.12 : 0.5) : wanted === 'variable';
    if (variable) {
      this.#given(field, path, value, 'variable');
      if (composed) this.use('an input object as a variable');
      return this.variable(String(type), value);
    }
    this.use(`${field}(${counted}) as a literal`);
    const nullable = getNullableType(type);
    if (Array.isArray(value)) {
      const element = isListType(nullable) ? nullable.ofType : nullable;
      const texts = value.map((one: unknown) => this.#input(field, path, element, one));
      const [only = ''] = texts;
      return texts.length === 1 && !only.startsWith('$') && this.#random.chance(0.3) ? only : `[${texts.join(', ')}]`;
    }
    if (composed) {
      const members = Object.entries(value).map(([name, inner]) => `${name}: ${this.#input(field, memberPath(path, name), memberType(type, name) ?? nullable, inner)}`);
      if (memberType(type, 'isNull') && !('isNull' in value) && this.#random.chance(0.06)) {
        this.use('a condition left out by its variable');
        members.push(`isNull: ${this.#declare('Boolean')}`);
      }
      return `{${members.join(', ')}}`;
    }
    return isEnumType(getNamedType(type)) && typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** Notes everything in a value that is given as a whole. */
  #given(field: string, path: string, value: unknown, form: WantedArgument['form']): void {
    this.use(`${field}(${path}) as a ${form}`);
    if (typeof value === 'string' && path === 'orderBy.field') this.use(`${field}(orderBy.${value}) as a ${form}`);
    if (Array.isArray(value)) for (const one of value) this.#given(field, path, one, form);
    else if (typeof value === 'object' && value !== null) for (const [name, inner] of Object.entries(value)) this.#given(field, memberPath(path, name), inner, form);
  }

  variable(type: string, value: unknown): string {
    const variable = this.#declare(type);
    this.variables[variable.slice(1)] = value;
    return variable;
  }

  #declare(type: string): string {
    const name = `v${this.#definitions.length}`;
    this.#definitions.push(`$${name}: ${type}`);
    return `$${name}`;
  }

  condition(probability: number): Condition | null {
    const random = this.#random;
    if (this.#conditions === 80 || !random.chance(probability)) return null;
    this.#conditions += 1;
    const value = random.chance(0.5);
    const directive = random.pick(['skip', 'include'] as const);
    this.use(`@${directive}`);
    return { directive, value, variable: random.chance(0.6) ? this.variable('Boolean!', value) : null };
  }

  /** A random selection below a root; `whole` selects every field of every type. */
  below(root: string, whole: boolean, depth = 4): Selection[] {
    const [target, ...more] = targetsOf(rootField(root));
    if (!target) return [];
    return more.length === 0 ? this.#fields(target, depth, whole) : this.#behindInterface([target, ...more], whole);
  }

  /** Fragments on every type an interface may turn out to be, and on the interface itself, inline and named. */
  #behindInterface(types: readonly GraphQLObjectType[], whole: boolean): Selection[] {
    const random = this.#random;
    const selections: Selection[] = random.some(['id', '__typename'], 0.5).map((name) => this.#field(name, null));
    for (const type of types) if (whole || random.chance(0.8)) selections.push(this.#spread(type.name, () => this.#fields(type, 3, whole)));
    if (random.chance(0.3) || selections.length === 0) selections.push(this.#spread('Node', () => [this.#field('id', null), this.#field('__typename', null)]));
    return selections;
  }

  /** A random selection on a type; the same key always stands for the same field, so that fields may merge. */
  #fields(type: GraphQLObjectType, depth: number, whole: boolean): Selection[] {
    const random = this.#random;
    const connection = (name: string): boolean => connectionsBelow.some((coordinate) => coordinate === `${type.name}.${name}`);
    const targets = Object.values(type.getFields()).filter(({ name }) => !this.#avoid.has(name) && !connection(name)).map((field) => [field.name, targetsOf(field)[0] ?? null] as const);
    const fields = [...targets, ['__typename', null] as const].filter(([, target]) => depth > 0 || target === null);
    const wanted = whole ? fields : random.some(fields, type.name === 'Permit' ? 0.35 : 0.6);
    const chosen = wanted.length > 0 ? wanted : [random.pick(fields)];
    const selections: Selection[] = chosen.map(([name, target]) => this.#field(name, target === null ? null : this.#fields(target, depth - 1, whole), whole ? 0 : 0.08));
    for (const field of Object.values(type.getFields())) {
      if (!connection(field.name) || this.questionBelow === null || depth === 0 || !(whole || random.chance(0.35))) continue;
      for (let times = random.chance(0.15) ? 2 : 1; times > 0; times -= 1) selections.splice(random.int(0, selections.length), 0, this.connection(depth - 1, whole));
    }
    if (depth > 0 && random.chance(0.2)) {
      const face = type.getInterfaces().length > 0 && random.chance(0.3) ? random.pick(type.getInterfaces()) : null;
      const inner = (): Selection[] =>
        face ? [...Object.values(face.getFields()).map(({ name }) => this.#field(name, null)), this.#field('__typename', null)] : this.#fields(type, depth - 1, false);
      selections.splice(random.int(0, selections.length), 0, this.#spread(face?.name ?? type.name, inner, 0.3));
    }
    return selections;
  }

  /** A connection of permits below a holder; its key is its own, so that it merges with none that asks otherwise. */
  connection(depth: number, whole = false): FieldSelection {
    const { text, asked } = this.questionBelow?.() ?? { text: '', asked: undefined };
    this.use('a connection below', ...(this.#within > 0 ? ['a connection below a connection'] : []));
    this.#connections += 1;
    const key = this.#connections === 1 && this.#random.chance(0.5) ? 'permits' : `below${this.#connections}`;
    const [target] = targetsOf(rootField('permits'));
    this.#within += 1;
    const below = target ? this.#fields(target, depth, whole) : [];
    this.#within -= 1;
    return { form: 'field', key, name: 'permits', arguments: text, ...(asked ? { asked } : {}), condition: this.condition(0.04), below };
  }

  #field(name: string, below: readonly Selection[] | null, condition = 0.08): FieldSelection {
    const random = this.#random;
    if (name === '__typename') this.use('__typename');
    // A document may hold 100 aliases and 100 directives.
    const aliased = this.#aliases < 80 && random.chance(0.15);
    if (aliased) this.#aliases += 1;
    if (aliased) this.use('alias');
    return { form: 'field', key: aliased ? `${name.replaceAll('_', '')}2` : name, name, condition: this.condition(condition), below };
  }

  #spread(on: string, inner: () => Selection[], condition = 0): Selection {
    const random = this.#random;
    const fragment = random.chance(0.5) ? `F${this.#fragments.size}` : null;
    if (fragment !== null) this.#fragments.set(fragment, '');
    this.use(fragment === null ? 'inline fragment' : 'named fragment');
    if (this.#nested > 0) this.use('nested fragment');
    if (on === 'Node') this.use('fragment on the interface');
    this.#nested += 1;
    const below = inner();
    this.#nested -= 1;
    if (fragment !== null) this.#fragments.set(fragment, `fragment ${fragment} on ${on} ${this.print(below)}`);
    return { form: 'spread', on, fragment, condition: this.condition(condition), below };
  }

  print(selections: readonly Selection[]): string {
    const parts = selections.map((selection) => {
      const { condition } = selection;
      const directive = condition ? ` @${condition.directive}(if: ${condition.variable ?? String(condition.value)})` : '';
      if (selection.form === 'spread') {
        return selection.fragment === null ? `... on ${selection.on}${directive} ${this.print(selection.below)}` : `...${selection.fragment}${directive}`;
      }
      const alias = selection.key === selection.name ? '' : `${selection.key}: `;
      const parameters = selection.arguments ? `(${selection.arguments})` : '';
      return `${alias}${selection.name}${parameters}${directive}${selection.below ? ` ${this.print(selection.below)}` : ''}`;
    });
    return `{ ${parts.join(' ')} }`;
  }
}

/** The member of an input at `path`; what stands in a condition that holds itself has no path of its own. */
function memberPath(path: string, name: string): string {
  return /\.(and|or|not)(\.|$)/.test(path) ? `${path}.` : `${path}.${name}`;
}

/** The coordinates a selection below a root asks for, as uses: `permits > Permit.item`; apart from them those in connections below. */
export function coordinateUses(root: string, selections: readonly Selection[]): { readonly own: Set<string>; readonly below: Set<string> } {
  const found = { own: new Set<string>(), below: new Set<string>() };
  const visit = (type: GraphQLObjectType, at: readonly Selection[], into: Set<string>): void => {
    for (const selection of at) {
      if (selection.condition && (selection.condition.directive === 'include') !== selection.condition.value) continue;
      if (selection.form === 'spread') {
        if (selection.on === type.name || type.getInterfaces().some(({ name }) => name === selection.on)) visit(type, selection.below, into);
        continue;
      }
      const field = type.getFields()[selection.name];
      if (!field) continue;
      into.add(`${root} > ${type.name}.${field.name}`);
      for (const target of targetsOf(field)) visit(target, selection.below ?? [], selection.asked ? found.below : into);
    }
  };
  for (const target of targetsOf(rootField(root))) visit(target, selections, found.own);
  return found;
}
