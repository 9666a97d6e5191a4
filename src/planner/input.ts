import { Kind, type FieldNode, type ValueNode } from 'graphql';
import { constantOf, type ArgumentReader } from './arguments.js';
import type { Variables } from './selection.js';

/**
 * An argument whose form decides a plan (a condition, an order): its value in the call that is planned, and a reader of
 * that value for every later call of the same shape. Variables may stand anywhere in it.
 */
export interface Input {
  /** Value of a scalar or enum in this call; undefined when nothing is given. */
  readonly value: unknown;
  readonly read: ArgumentReader;
  /** Members of an input object that are given, null among them. */
  members(): readonly (readonly [string, Input])[];
  /** Elements of a list; a single value stands for a list of one (GraphQL §3.11). */
  elements(): readonly Input[];
}

/** The argument `name` of a field, or null when it is absent or null. */
export function inputOf(node: FieldNode | undefined, name: string, variables: Variables): Input | null {
  const argument = node?.arguments?.find((one) => one.name.value === name);
  const input = argument ? inputOfNode(argument.value, variables) : null;
  return input === null || input.value === undefined || input.value === null ? null : input;
}

function inputOfNode(node: ValueNode, variables: Variables): Input {
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value;
    return inputOfValue(variables[name], (later) => later[name]);
  }
  const constant = node.kind === Kind.OBJECT || node.kind === Kind.LIST ? node : constantOf(node);
  return {
    value: constant,
    read: node.kind === Kind.LIST ? listReader(node.values, variables) : () => constant,
    members: () => {
      if (node.kind !== Kind.OBJECT) return [];
      return node.fields.flatMap(({ name, value }) => {
        const input = inputOfNode(value, variables);
        return input.value === undefined ? [] : [[name.value, input] as const]; // a variable that was not given
      });
    },
    elements: () => (node.kind === Kind.LIST ? node.values : [node]).map((one) => inputOfNode(one, variables)),
  };
}

function inputOfValue(value: unknown, read: ArgumentReader): Input {
  return {
    value,
    read,
    members: () =>
      isObject(value) ? Object.entries(value).map(([name, inner]) => [name, inputOfValue(inner, (later) => member(read(later), name))] as const) : [],
    elements: () =>
      Array.isArray(value)
        ? value.map((inner: unknown, i) => inputOfValue(inner, (later) => member(read(later), String(i))))
        : [inputOfValue(value, read)],
  };
}

/** A literal list of scalars, variables among them. */
function listReader(nodes: readonly ValueNode[], variables: Variables): ArgumentReader {
  const readers = nodes.map((node) => inputOfNode(node, variables).read);
  return (later) => readers.map((read) => read(later));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}

