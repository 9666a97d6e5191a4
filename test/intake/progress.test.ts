import { ProgressDisplay } from '../../src/intake/progress.js';

class Screen {
  text = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns: number,
  ) {}

  write(text: string): void {
    this.text += text;
  }

  /** What is left on the last line after all drawing. */
  get line(): string {
    return this.text.slice(this.text.lastIndexOf('\n') + 1).split('\r').at(-1)?.replace('\u001B[K', '') ?? '';
  }
}

function display(screen: Screen): { readonly shown: ProgressDisplay; readonly at: (ms: number, rows: number, share: number) => void } {
  let now = 0;
  const shown = new ProgressDisplay(screen, () => now);
  return {
    shown,
    at: (ms, rows, share) => {
      now = ms;
      shown.update({ rows, readBytes: share * 1000, bytes: 1000 });
    },
  };
}

describe('progress of an import', () => {
  test('on a terminal: a bar, percent, rows, rows per second and time left, drawn over itself and gone at the end', () => {
    const screen = new Screen(true, 120);
    const { shown, at } = display(screen);
    at(1_000, 3_000, 0.25);
    expect(screen.line).toBe('██████░░░░░░░░░░░░░░░░░░ 25% · 3,000 行 rows · 3,000 行/秒 rows/s · 剩余 left 0:03');
    at(2_000, 6_000, 0.5);
    expect(screen.line).toContain('50% · 6,000 行 rows');
    expect(screen.text).not.toContain('\n');
    shown.end();
    expect(screen.line).toBe('');
  });

  test('draws at most ten times a second', () => {
    const screen = new Screen(true, 120);
    const { at } = display(screen);
    for (let ms = 0; ms <= 1_000; ms += 5) at(ms, ms, ms / 1_000);
    expect(screen.text.split('\r').length - 1).toBeLessThanOrEqual(11);
  });

  test('the rate is that of the last ten seconds, the time left that of the whole', () => {
    const screen = new Screen(true, 120);
    const { at } = display(screen);
    for (let second = 1; second <= 60; second += 1) at(second * 1_000, second * 100, second / 600);
    for (let second = 61; second <= 80; second += 1) at(second * 1_000, 6_000 + (second - 60) * 1_000, 0.1 + (second - 60) / 600);
    expect(screen.line).toMatch(/ 1,000 行\/秒/);
    expect(screen.line).toMatch(/left 8:40$/);
  });

  test.each([60, 30, 10])('never fills a terminal of %d cells', (columns) => {
    const screen = new Screen(true, columns);
    const { at } = display(screen);
    at(100_000, 1_000_000, 0.01);
    const cells = screen.line.length + (screen.line.match(/[\u4E00-\u9FFF]/g)?.length ?? 0);
    expect(cells).toBeLessThan(columns);
  });

  test('elsewhere: a plain line every five seconds, none for a short import', () => {
    const screen = new Screen(false, 0);
    const { shown, at } = display(screen);
    for (let ms = 500; ms < 5_000; ms += 500) at(ms, ms, ms / 20_000);
    expect(screen.text).toBe('');
    for (let ms = 5_000; ms <= 12_000; ms += 500) at(ms, ms, ms / 20_000);
    shown.end();
    expect(screen.text).toBe('25% · 5,000 行 rows · 1,000 行/秒 rows/s · 剩余 left 0:15\n50% · 10,000 行 rows · 1,000 行/秒 rows/s · 剩余 left 0:10\n');
  });
});
