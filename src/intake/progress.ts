/** How far an import has come. */
export interface ImportProgress {
  /** Rows read and written so far. */
  readonly rows: number;
  /** Bytes of the file read so far, of `bytes` in all. */
  readonly readBytes: number;
  readonly bytes: number;
}

/** Where progress is shown: standard error, so that standard output keeps the result alone. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  /** Width of the terminal in cells; it changes when the window does. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** Between two pictures on a terminal, and between two plain lines elsewhere (ms). */
const pictureEvery = 100;
const lineEvery = 5_000;

/** Rows per second are those of so many milliseconds past. */
const rateWindow = 10_000;

const barCells = 24;

/** Erases from the cursor to the end of the line. */
const eraseRest = '\u001B[K';

/**
 * Shows an import: on a terminal one line that is drawn over itself and erased at the end, elsewhere a plain line every
 * five seconds. Percent and time left go by bytes, as the number of rows is not known before the end.
 */
export class ProgressDisplay {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  readonly #started: number;
  readonly #samples: { readonly at: number; readonly rows: number }[];
  #shown: number;
  #drawn = false;

  /** `now` gives milliseconds. */
  constructor(output: ProgressOutput, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
    this.#started = now();
    this.#shown = output.isTTY ? Number.NEGATIVE_INFINITY : this.#started;
    this.#samples = [{ at: this.#started, rows: 0 }];
  }

  /** Tells where the import stands; draws only when it is time to. */
  update(progress: ImportProgress): void {
    const at = this.#now();
    this.#samples.push({ at, rows: progress.rows });
    while ((this.#samples[1]?.at ?? at) < at - rateWindow) this.#samples.shift();
    if (at - this.#shown < (this.#output.isTTY ? pictureEvery : lineEvery)) return;
    this.#shown = at;
    if (this.#output.isTTY) {
      this.#output.write(`\r${this.#picture(progress, at)}${eraseRest}`);
      this.#drawn = true;
    } else this.#output.write(`${this.#text(progress, at)}\n`);
  }

  /** Clears the terminal's line; what was printed elsewhere stays. */
  end(): void {
    if (this.#drawn) this.#output.write(`\r${eraseRest}`);
    this.#drawn = false;
  }

  #picture(progress: ImportProgress, at: number): string {
    const text = this.#text(progress, at);
    const width = this.#output.columns ?? 80;
    // One cell stays free: a line that fills the terminal would wrap, and could not be drawn over.
    if (cellsOf(text) + barCells + 1 < width) {
      const full = Math.round(shareOf(progress) * barCells);
      return `${'█'.repeat(full)}${'░'.repeat(barCells - full)} ${text}`;
    }
    let short = text;
    while (cellsOf(short) >= width && short !== '') short = short.slice(0, -1);
    return short;
  }

  #text(progress: ImportProgress, at: number): string {
    const share = shareOf(progress);
    const elapsed = at - this.#started;
    const [oldest] = this.#samples;
    const span = oldest ? at - oldest.at : 0;
    const parts = [`${Math.floor(share * 100)}%`, `${grouped(progress.rows)} 行 rows`];
    if (oldest && span > 0) parts.push(`${grouped(Math.round(((progress.rows - oldest.rows) * 1000) / span))} 行/秒 rows/s`);
    if (share > 0 && elapsed > 0) parts.push(`剩余 left ${clockText((elapsed * (1 - share)) / share)}`);
    return parts.join(' · ');
  }
}

function shareOf({ readBytes, bytes }: ImportProgress): number {
  return bytes > 0 ? Math.min(1, readBytes / bytes) : 1;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** `M:SS`, from an hour on `H:MM:SS`. */
function clockText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** Cells of a terminal that a text takes: Chinese characters take two. */
function cellsOf(text: string): number {
  return text.length + (text.match(/[\u3000-\u9FFF\uFF00-\uFFEF]/g)?.length ?? 0);
}
