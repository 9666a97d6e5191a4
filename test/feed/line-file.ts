import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, truncateSync } from 'node:fs';

/** Some hundred lines: more than a reader is behind by when it is looked at. */
const tailBytes = 64 * 1024;

/** Longer than a line. */
const lineBytes = 8 * 1024;

/** A file that another process writes line by line, and that a kill may leave with half a line. */
export class LineFile {
  constructor(readonly file: string) {}

  /** All complete lines. */
  lines(): readonly string[] {
    if (!existsSync(this.file)) return [];
    const text = readFileSync(this.file, 'utf8');
    return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').slice(0, -1);
  }

  /** The last complete lines; the first of them may lack its beginning. */
  tail(most = tailBytes): string {
    if (!existsSync(this.file)) return '';
    const handle = openSync(this.file, 'r');
    try {
      const { size } = fstatSync(handle);
      const buffer = Buffer.alloc(Math.min(size, most));
      const read = readSync(handle, buffer, 0, buffer.length, size - buffer.length);
      const text = buffer.toString('utf8', 0, read);
      return text.slice(0, text.lastIndexOf('\n') + 1);
    } finally {
      closeSync(handle);
    }
  }

  /** The delivery number of the last line; -1 where there is none. */
  lastNumber(): number {
    const [line = ''] = this.tail(lineBytes).trimEnd().split('\n').slice(-1);
    return Number(/"number":(\d+)/.exec(line)?.[1] ?? -1);
  }
}

/** Cuts what was written of a line when the writer was killed. */
export function cutHalfLine(file: string): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file, 'utf8');
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  if (complete.length < text.length) truncateSync(file, Buffer.byteLength(complete));
}
