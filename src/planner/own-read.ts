import type { FieldNode, GraphQLSchema } from 'graphql';
import type { CompiledRead } from './compile-read.js';
import type { ResolvedRead } from './fallback/fallback.js';
import type { OperandForm } from './operand.js';
import type { ReadDeclaration } from './read.js';
import type { RootContext } from './record-page.js';
import type { Fragments, Variables } from './selection.js';

/** What a read uses beside its filters, before anything is decided. */
export interface OwnOperand {
  readonly form: OperandForm;
  /** Path of the argument, null for what the selection asks for. */
  readonly argument: string | null;
  readonly property: string;
}

/** The field nodes of a root as they were asked. */
export interface AskedRoot {
  readonly schema: GraphQLSchema;
  readonly fragments: Fragments;
  readonly variables: Variables;
  readonly nodes: readonly FieldNode[];
}

/**
 * A read that compiles itself (aggregates, changes). The planner decides its coordinates and operands like those of any
 * read, caches its plan and runs its statement; only the statement and the writer, or all of its reading, are its own.
 */
export interface OwnRead extends ReadDeclaration {
  readonly form: 'own';
  /** It answers wholly or not at all: any denied coordinate below it refuses it. */
  readonly whole?: true;
  /** The object types its answer holds behind an interface, where not every one: what is selected of others is not asked for. */
  readonly holds?: (asked: AskedRoot, sees: (type: string) => boolean) => readonly string[];
  /** The coordinate its arguments ask for beside the selection, where it is denied; null where nothing is. */
  readonly denied?: (asked: AskedRoot, sees: (type: string) => boolean) => string | null;
  /** What it groups, aggregates, compares and orders by. */
  readonly operands: (asked: AskedRoot) => readonly OwnOperand[];
  /** Throws GraphQLError BAD_USER_INPUT or BAD_PAGE_SIZE for arguments that make no sense together. */
  readonly compile: (context: RootContext, nodes: readonly FieldNode[]) => CompiledRead | ResolvedRead;
}

export function isOwnRead(read: ReadDeclaration): read is OwnRead {
  return read.form === 'own';
}
