import { isEnumType, type GraphQLObjectType } from 'graphql';
import type { Random } from './random.js';
import { argumentType, rootField, schema, targetsOf } from './read-surface.js';
import type { Condition, FieldSelection, Selection } from './selection-tree.js';

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
  /** The argument this document is about, which it must have in this form. */
  readonly #wanted: WantedArgument | null;
  /** Fields that are not selected. */
  readonly #avoid: ReadonlySet<string>;

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

  /** An argument's value, by path (`filter.item`), as a literal or as a variable. */
  value(root: string, path: string, value: string | number): string {
    const type = argumentType(root, path);
    if (this.#isWanted(root, path) ? this.#wanted?.form === 'literal' : this.#random.chance(0.5)) {
      this.use(`${root}(${path}) as a literal`);
      return isEnumType(schema.getType(type.replace('!', ''))) ? String(value) : JSON.stringify(value);
    }
    this.use(`${root}(${path}) as a variable`);
    return this.variable(type, value);
  }

  variable(type: string, value: unknown): string {
    const name = `v${this.#definitions.length}`;
    this.#definitions.push(`$${name}: ${type}`);
    this.variables[name] = value;
    return `$${name}`;
  }

  condition(probability: number): Condition | null {
    const random = this.#random;
    if (!random.chance(probability)) return null;
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
    for (const type of types) if (whole || random.chance(0.8)) selections.push(this.#spread(type.name, () => this.#fields(type, 2, whole)));
    if (random.chance(0.3) || selections.length === 0) selections.push(this.#spread('Node', () => [this.#field('id', null), this.#field('__typename', null)]));
    return selections;
  }

  /** A random selection on a type; the same key always stands for the same field, so that fields may merge. */
  #fields(type: GraphQLObjectType, depth: number, whole: boolean): Selection[] {
    const random = this.#random;
    const targets = Object.values(type.getFields()).filter(({ name }) => !this.#avoid.has(name)).map((field) => [field.name, targetsOf(field)[0] ?? null] as const);
    const fields = [...targets, ['__typename', null] as const].filter(([, target]) => depth > 0 || target === null);
    const wanted = whole ? fields : random.some(fields, type.name === 'Permit' ? 0.35 : 0.6);
    const chosen = wanted.length > 0 ? wanted : [random.pick(fields)];
    const selections: Selection[] = chosen.map(([name, target]) => this.#field(name, target === null ? null : this.#fields(target, depth - 1, whole), whole ? 0 : 0.08));
    if (depth > 0 && random.chance(0.2)) {
      const onInterface = type.getInterfaces().length > 0 && random.chance(0.3);
      const on = onInterface ? 'Node' : type.name;
      const inner = (): Selection[] => (onInterface ? [this.#field('id', null), this.#field('__typename', null)] : this.#fields(type, depth - 1, false));
      selections.splice(random.int(0, selections.length), 0, this.#spread(on, inner, 0.3));
    }
    return selections;
  }

  #field(name: string, below: readonly Selection[] | null, condition = 0.08): FieldSelection {
    const random = this.#random;
    if (name === '__typename') this.use('__typename');
    const aliased = random.chance(0.15);
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

/** The coordinates a selection below a root asks for, as uses: `permits > Permit.item`. */
export function coordinateUses(root: string, selections: readonly Selection[]): Set<string> {
  const found = new Set<string>();
  const visit = (type: GraphQLObjectType, at: readonly Selection[]): void => {
    for (const selection of at) {
      if (selection.condition && (selection.condition.directive === 'include') !== selection.condition.value) continue;
      if (selection.form === 'spread') {
        if (selection.on === type.name || type.getInterfaces().some(({ name }) => name === selection.on)) visit(type, selection.below);
        continue;
      }
      const field = type.getFields()[selection.name];
      if (!field) continue;
      found.add(`${root} > ${type.name}.${field.name}`);
      for (const target of targetsOf(field)) visit(target, selection.below ?? []);
    }
  };
  for (const target of targetsOf(rootField(root))) visit(target, selections);
  return found;
}

