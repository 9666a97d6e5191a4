import { Kind, type DirectiveNode, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode, type ValueNode } from 'graphql';
import { limits, type LimitName } from './limits.js';
import { limitExceeded } from './refusals.js';

/** What a selection comes to with its fragments spread out. */
interface Extent {
  readonly fields: number;
  readonly depth: number;
  /** How often each field with a selection of its own stands on the worst path below. */
  readonly recursion: ReadonlyMap<string, number>;
}

const nothing: Extent = { fields: 0, depth: 0, recursion: new Map() };

const noTotals = { aliases: 0, fields: 0, directives: 0, fragments: 0 };

/** Members every connection has, and the types of types in introspection: they nest without multiplying. */
const structural: ReadonlySet<string> = new Set(['nodes', 'edges', 'node', 'ofType']);

/**
 * Counts a parsed document, in one walk, and throws GraphQLError LIMIT_EXCEEDED for the first limit it goes beyond. It
 * needs no schema and trusts nothing: fragments may be missing, unused or spread within themselves (validation words
 * that), and each is walked once however often it is spread.
 */
export function assertWithinLimits(document: DocumentNode): void {
  new Count(document).all();
}

class Count {
  readonly #document: DocumentNode;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #spread = new Map<string, Extent>();
  readonly #totals = { ...noTotals };

  constructor(document: DocumentNode) {
    this.#document = document;
  }

  all(): void {
    for (const definition of this.#document.definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.#add('fragments', 1);
      this.#fragments.set(definition.name.value, definition);
    }
    for (const definition of this.#document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragment(definition.name.value);
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      this.#directives(definition.directives);
      for (const { defaultValue, directives } of definition.variableDefinitions ?? []) {
        this.#directives(directives);
        if (defaultValue) this.#value(defaultValue, 1);
      }
      within('rootFields', this.#roots(definition.selectionSet, new Set()));
      this.#selection(definition.selectionSet, 1);
    }
  }

  #add(name: keyof typeof noTotals, by: number): void {
    this.#totals[name] += by;
    within(name, this.#totals[name]);
  }

  /** Root fields with fragments spread out; each fragment counts once, as execution visits it once. */
  #roots(set: SelectionSetNode, visited: Set<string>): number {
    let count = 0;
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) count += 1;
      else if (node.kind === Kind.INLINE_FRAGMENT) count += this.#roots(node.selectionSet, visited);
      else if (!visited.has(node.name.value)) {
        visited.add(node.name.value);
        const fragment = this.#fragments.get(node.name.value);
        if (fragment) count += this.#roots(fragment.selectionSet, visited);
      }
    }
    return count;
  }

  /** `level`: depth of these fields where they are written, so that the walk itself ends at the limit. */
  #selection(set: SelectionSetNode, level: number): Extent {
    within('depth', level);
    const keys = new Map<string, number>();
    let fields = 0;
    let depth = 0;
    const recursion = new Map<string, number>();
    const take = (extent: Extent): void => {
      fields += extent.fields;
      within('spreadFields', fields);
      depth = Math.max(depth, extent.depth);
      within('depth', depth);
      for (const [name, times] of extent.recursion) recursion.set(name, Math.max(times, recursion.get(name) ?? 0));
    };
    for (const node of set.selections) {
      this.#directives(node.directives);
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        keys.set(key, (keys.get(key) ?? 0) + 1);
        within('repeats', keys.get(key) ?? 0);
        take(this.#field(node, level));
      } else if (node.kind === Kind.INLINE_FRAGMENT) take(this.#inline(node.selectionSet, level));
      else take(this.#fragment(node.name.value));
    }
    return { fields, depth, recursion };
  }

  /** Inline fragments nest without a field in between: each counts as a level where it is written. */
  #inline(set: SelectionSetNode, level: number): Extent {
    return this.#selection(set, level + 1);
  }

  #field(node: FieldNode, level: number): Extent {
    this.#add('fields', 1);
    if (node.alias) this.#add('aliases', 1);
    for (const { value } of node.arguments ?? []) this.#value(value, 1);
    if (!node.selectionSet) return { fields: 1, depth: 1, recursion: nothing.recursion };
    const below = this.#selection(node.selectionSet, level + 1);
    const name = node.name.value;
    const recursion = new Map(below.recursion);
    if (!structural.has(name)) {
      recursion.set(name, (recursion.get(name) ?? 0) + 1);
      within('recursion', recursion.get(name) ?? 0);
    }
    return { fields: below.fields + 1, depth: below.depth + 1, recursion };
  }

  #fragment(name: string): Extent {
    const known = this.#spread.get(name);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    if (!fragment) return nothing;
    this.#spread.set(name, nothing); // spread within itself: validation refuses it
    this.#directives(fragment.directives);
    const extent = this.#selection(fragment.selectionSet, 1);
    this.#spread.set(name, extent);
    return extent;
  }

  #directives(directives: readonly DirectiveNode[] | undefined): void {
    if (!directives || directives.length === 0) return;
    this.#add('directives', directives.length);
    for (const directive of directives) for (const { value } of directive.arguments ?? []) this.#value(value, 1);
  }

  #value(node: ValueNode, level: number): void {
    if (node.kind !== Kind.LIST && node.kind !== Kind.OBJECT) return;
    within('valueDepth', level);
    if (node.kind === Kind.LIST) for (const value of node.values) this.#value(value, level + 1);
    else for (const { value } of node.fields) this.#value(value, level + 1);
  }
}

function within(name: LimitName, found: number): void {
  if (found > limits[name].limit) throw limitExceeded(name);
}

/** Raw variables of a request: depth, lengths of lists and of texts. The error, or null. */
export function variablesBeyondLimits(raw: Readonly<Record<string, unknown>>): ReturnType<typeof limitExceeded> | null {
  const beyond = valueBeyond(raw, 0);
  return beyond && limitExceeded(beyond);
}

function valueBeyond(value: unknown, level: number): LimitName | null {
  if (typeof value === 'string') return value.length > limits.textLength.limit ? 'textLength' : null;
  if (typeof value !== 'object' || value === null) return null;
  if (level > limits.valueDepth.limit) return 'valueDepth';
  const isList = Array.isArray(value);
  if (isList && value.length > limits.listLength.limit) return 'listLength';
  const members: readonly unknown[] = isList ? value : Object.values(value);
  for (const member of members) {
    const beyond = valueBeyond(member, level + 1);
    if (beyond) return beyond;
  }
  return null;
}
