import { Kind, valueFromASTUntyped, type FieldNode, type ValueNode } from 'graphql';
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
export function constantOf(value: ValueNode): unknown {
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
