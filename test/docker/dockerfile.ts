/** One instruction of a Dockerfile, continuation lines joined, in the stage it belongs to (0 is the first). */
export interface Instruction {
  readonly name: string;
  readonly text: string;
  readonly stage: number;
}

/** The instructions of a Dockerfile in order; comments and empty lines are left out. */
export function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  const joined = lines.join('\n').replace(/\\\n\s*/g, ' ').split('\n').filter((line) => line.trim() !== '');
  let stage = -1;
  return joined.map((line) => {
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stage += 1;
    return { name, text: rest.trim(), stage };
  });
}
