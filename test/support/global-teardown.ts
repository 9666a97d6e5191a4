const steps: (() => Promise<void>)[] = [];

/** Registers what has to be undone after the run; undone in reverse order. */
export function afterRun(step: () => Promise<void>): void {
  steps.push(step);
}

export default async function globalTeardown(): Promise<void> {
  for (const step of steps.reverse()) await step();
}
