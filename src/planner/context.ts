import type { Viewer } from '../access/viewer.js';
import type { Readers } from './readers.js';

/** What a resolver gets: the viewer, the readers, and a way to put the case it serves into the evidence. */
export interface OperationContext {
  readonly viewer: Viewer;
  readonly readers: Readers;
  /** Case number for the access log, for operations that name one as an argument. */
  noteCase(caseNo: string): void;
}
