import { parse, visit } from 'graphql';
import { Cells, type Cell } from '../bench/cell.js';
import type { ImplementationName } from '../bench/implementations.js';
import { summarise } from '../bench/profile/self-time.js';
import { targetTable } from '../bench/report/overview.js';
import { plainOperations, postgraphileOperations } from '../bench/workloads/dialects.js';
import { operations, workloadNames } from '../bench/workloads/workload.js';

const cell = (implementation: ImplementationName, requestsPerSecond: number): Cell => ({
  implementation, requestsPerSecond, workload: 'W1', connections: 16, serverCpu: 1, postgresCpu: 1, p50: 1, p99: 1,
  bodyBytes: 1, generatorCpu: 0, foreignCpu: 0, peakMemory: 120, freshReads: 0,
});

/** Names of the leaves a document asks for, in its order, aliases in place of names. */
function leaves(query: string): string[] {
  const found: string[] = [];
  visit(parse(query), {
    Field: (field) => {
      if (!field.selectionSet) found.push(field.alias?.value ?? field.name.value);
    },
  });
  return found;
}

describe('the bench', () => {
  it.each(workloadNames)('asks every peer for the same leaves in %s, in words of its own', (name) => {
    const asked = leaves(operations[name].query);
    expect(leaves(postgraphileOperations[name].query)).toEqual(asked);
    expect(leaves(plainOperations[name].query)).toEqual(asked);
    expect(postgraphileOperations[name].query + plainOperations[name].query).not.toContain('LegalDate');
    if (name !== 'W1') expect(postgraphileOperations[name].query).not.toContain('nodes');
  });

  it('holds lanes against the limit and against the fastest peer by medians', () => {
    const cells = new Cells([cell('limit', 900), cell('limit', 1000), cell('limit', 5000), cell('hub', 850), cell('postgraphile', 200), cell('mercurius', 400)]);
    expect(cells.fastest(['postgraphile', 'mercurius', 'yoga'], 'W1', 16)).toEqual({ name: 'mercurius', speed: 400 });
    const rows = targetTable(['W1'], cells);
    expect(rows).toContain('| short lane : limit | 0.85 ≥ 0.85 |');
    expect(rows).toContain('| short lane : best peer | 2.13 **<** 2.5 |');
    expect(rows).toContain('| Apollo lane : limit | – |');
    expect(rows).toContain('Hub process: 120 MB at its peak ≤ 250 MB.');
  });

  it('sums self times by function and package, without idle time', () => {
    const node = (id: number, functionName: string, url: string) => ({ id, callFrame: { functionName, url, lineNumber: 9 } });
    const summary = summarise({
      nodes: [node(1, '(idle)', ''), node(2, 'parse', 'file:///a/node_modules/pg-protocol/dist/parser.js'), node(3, 'write', 'file:///a/dist/src/planner/row-writer.js'), node(4, 'parse', 'file:///a/node_modules/pg-protocol/dist/parser.js')],
      samples: [1, 2, 3, 4],
      timeDeltas: [600, 100, 100, 200],
    });
    expect(summary.busy).toBeCloseTo(0.4);
    expect(summary.functions[0]).toEqual({ name: 'parse pg-protocol/dist/parser.js:10', share: 0.75 });
    expect(summary.places).toEqual([{ name: 'pg-protocol', share: 0.75 }, { name: 'src/planner', share: 0.25 }]);
  });
});
