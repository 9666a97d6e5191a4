import { standingOf } from '../../../src/access/viewer.js';
import { compileOperation, type OperationPlan } from '../../../src/planner/operation-plan.js';
import { Planner } from '../../../src/planner/planner.js';
import { harvestOf, learn } from '../../boundary/harvest.js';
import type { GraphQLCall } from '../../boundary/hub-under-test.js';
import type { Asker } from '../../boundary/judge.js';
import { OperationMaker } from '../../boundary/operations.js';
import { makePair } from '../../boundary/pairs.js';
import { plannerSide, viewerOf, type Answered, type PlannerSide } from '../../boundary/planner-sides.js';
import { randomOrder } from '../../boundary/question-maker.js';
import { Random } from '../../boundary/random.js';
import { difference, viewerOf as viewerOfRound } from '../../boundary/rounds.js';

/** What a run has compared, in numbers. */
export interface Compared {
  operations: number;
  refused: number;
  /** Root fields that read records, and how many of them were planned. */
  reads: number;
  planned: number;
  records: number;
  objects: number;
}

/**
 * The generated corpus of the boundary's rounds over one database, answered three times: by the planner, by resolvers
 * alone, and by the judge in memory.
 */
export class Differential {
  readonly compared: Compared = { operations: 0, refused: 0, reads: 0, planned: 0, records: 0, objects: 0 };
  readonly side: PlannerSide;
  readonly #resolvers: Planner;

  private constructor(side: PlannerSide) {
    this.side = side;
    this.#resolvers = new Planner({ ...side.parts, byResolvers: true });
  }

  static async open(): Promise<Differential> {
    return new Differential(await plannerSide());
  }

  close(): Promise<void> {
    return this.side.close();
  }

  /** Operations over one random world; the first disagreement, or null. */
  async play(seed: number, operations: number): Promise<string | null> {
    const random = new Random(seed);
    const viewer = viewerOfRound(seed);
    const pair = makePair(random, viewer);
    await this.side.load(pair.one);
    const orders = [[], randomOrder(random)];
    const harvest = { query: harvestOf(orders) };
    const [planned, resolved] = await this.#both(viewer, harvest);
    if (planned.body !== resolved.body) return told(seed, 'the lists differ', harvest, planned.body, resolved.body);
    const body = JSON.parse(planned.body) as { data: unknown };
    const learnt = learn(body.data, orders, viewer, pair.one, (type, key) => this.side.id(type, key));
    if (typeof learnt === 'string') return told(seed, learnt, harvest, planned.body);
    const known = { ...learnt, foreign: ['nonsense', ''], id: (type: string, key: number) => this.side.id(type, key) };
    const maker = new OperationMaker(random, viewer, pair, known);
    for (let i = 0; i < operations; i += 1) {
      const operation = maker.make(Math.abs(seed) + i);
      const wrong = await this.compare(viewer, operation.call, (answer) => difference(operation, operation.expected[0], { status: 200, type: null, body: answer }));
      if (wrong !== null) return `seed ${seed}, ${viewer.agency} ${viewer.role ?? ''}: ${wrong}\n${JSON.stringify(operation.expected[0])}`;
      if (operation.refused === null) await this.#count(viewer, operation.call);
      else this.compared.refused += 1;
    }
    return null;
  }

  /** One operation: the judge on the planned answer, and that answer against the one of resolvers, byte for byte and count for count. */
  async compare(viewer: Asker, call: GraphQLCall, judge: (body: string) => string | null): Promise<string | null> {
    const [planned, resolved] = await this.#both(viewer, call);
    this.compared.operations += 1;
    this.compared.records += planned.records;
    this.compared.objects += planned.objects;
    const wrong = judge(planned.body);
    if (wrong !== null) return told(0, wrong, call, planned.body);
    if (planned.body !== resolved.body) return told(0, 'resolvers answer otherwise', call, planned.body, resolved.body);
    const [one, other] = [planned, resolved].map(({ records, objects, subjects }) => JSON.stringify([records, objects, [...subjects].sort()]));
    return one === other ? null : told(0, 'resolvers count otherwise', call, one ?? '', other ?? '');
  }

  async plan(viewer: Asker, call: GraphQLCall): Promise<OperationPlan> {
    const { planner, parts } = this.side;
    const known = planner.admit(call.query);
    const operation = known.operation(call.operationName ?? null);
    if (!operation) throw new Error('the call names no operation');
    const variables = planner.coerce(operation, call.variables ?? {});
    if (variables instanceof Array) throw new AggregateError(variables);
    const of = viewerOf(viewer);
    return compileOperation(parts, {
      document: known.document, documentHash: known.hash, operation, fragments: known.fragments, standing: standingOf(of), pageLimit: of.pageLimit, variables,
    });
  }

  async #count(viewer: Asker, call: GraphQLCall): Promise<void> {
    for (const root of (await this.plan(viewer, call)).roots) {
      const reads = root.form === 'planned' || root.form === 'loaded' ? [root.read] : root.form === 'node' ? [...root.reads.values()].map(({ read }) => read) : [];
      this.compared.reads += reads.length;
      this.compared.planned += reads.filter((read) => 'statements' in read).length;
    }
  }

  async #both(viewer: Asker, call: GraphQLCall): Promise<readonly [Answered, Answered]> {
    return Promise.all([this.side.answer(viewer, call), this.side.answer(viewer, call, this.#resolvers)]);
  }
}

function told(seed: number, what: string, call: GraphQLCall, ...bodies: readonly string[]): string {
  return [...(seed === 0 ? [] : [`seed ${seed}`]), what, JSON.stringify(call), ...bodies].join('\n');
}
