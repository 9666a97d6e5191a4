import type { FilterDeclaration } from '../planner/read.js';

/** A subscription root: which record type's changes it carries. A capability declares it; the feed knows no capability. */
export interface ChangeDeclaration {
  readonly field: string;
  readonly type: string;
  /** What its records are, “中文 · English”: the description of the type where changes are asked for by it. */
  readonly words: string;
  /** Member of the change that holds the record. */
  readonly record: string;
  /** Member that says why a record left, where the boundary says it (`farewell`). */
  readonly farewell?: string;
  /** What it may be narrowed by: arguments by path, as those of a list, each compared with a property of the record. */
  readonly filters?: Readonly<Record<string, FilterDeclaration>>;
}
