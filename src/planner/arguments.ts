import { Kind, valueFromASTUntyped, visit, type DocumentNode, type FieldNode, type ValueNode } from 'graphql';
import type { Variables } from './selection.js';

/** Reads one argument (by path, `filter.district`) of a field from the variables of a call. */
export type ArgumentReader = (variables: Variables) => unknown;

const absent: ArgumentReader = () => undefined;

/** Compiles the way to an argument: literals are read once, variables by name at each call. */
export function argumentReader(node: FieldNode | undefined, path: string): ArgumentReader {
  const [name, ...rest] = path.split('.');
  let value: ValueNode | undefined = node?.arguments?.find((argument) => argument.name.value === name)?.value;
  while (value?.kind === Kind.OBJECT && rest.length > 0) {
    const key = rest.shift();
    value = value.fields.find((field) => field.name.value === key)?.value;
  }
  if (!value) return absent;
  if (value.kind === Kind.VARIABLE) {
    const variable = value.name.value;
    return (variables) => descend(variables[variable], rest);
  }
  const constant = rest.length > 0 ? undefined : constantOf(value);
  return () => constant;
}

/** A literal's value. A whole number too long for a JavaScript number stays text: an ID may be written that way. */
function constantOf(value: ValueNode): unknown {
  const constant: unknown = valueFromASTUntyped(value);
  return value.kind === Kind.INT && !Number.isSafeInteger(constant) ? value.value : constant;
}

function descend(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (at === null || typeof at !== 'object') return undefined;
    at = Object.entries(at).find(([name]) => name === key)?.[1];
  }
  return at;
}

/**
 * What of the variables decides the form of a plan: which are present, and the values of numbers and booleans (page
 * sizes, @skip and @include). Texts only count as present: they are bound.
 */
export function shapeOf(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return '+';
  if (Array.isArray(value)) return `[${value.map(shapeOf).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}:${shapeOf(inner)}`)
    .join(',')}}`;
}

/** Arguments whose texts decide the form of a statement, on whatever field they stand: by what it groups and orders. */
const shapingArguments: ReadonlySet<string> = new Set(['groupBy', 'having', 'orderBy']);

/** The variables that such an argument names somewhere in a document: their texts are part of a plan's key too. */
export function shapingVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Argument: (argument) => {
      if (shapingArguments.has(argument.name.value)) visit(argument.value, { Variable: ({ name }) => void names.add(name.value) });
      return false;
    },
  });
  return [...names];
}
