import { keyOf } from '../../src/statistics/cube.js';
import { protect, protection } from '../../src/statistics/protect.js';
import { Random } from '../boundary/random.js';
import { Attacker } from './attacker.js';
import { addingFilters, exactTotals, havingBeforeRounding, product, smallCells, withoutAudit, type Published } from './publishers.js';
import { countByHand, randomRegistry, type Registry } from './registry.js';

/** Cubes whose sets of finest cells the attacker can hold: 6, 8 and 9 of them. */
const shapes = [[2, 3], [2, 2, 2], [3, 3]] as const;
const registries: readonly Registry[] = Array.from({ length: 120 }, (_, seed) => randomRegistry(new Random(seed + 1), shapes[seed % shapes.length] ?? [2, 2]));

/** Cells of one or two enterprises of which the attacker is sure that somebody is in them. */
function isolated(publish: (registry: Registry) => Published, asked = registries): { readonly cells: number; readonly isolated: number; readonly exact: number; readonly probes: number } {
  const found = { cells: 0, isolated: 0, exact: 0, probes: 0 };
  for (const registry of asked) {
    const attacker = new Attacker(registry.domains);
    const { publisher, knowledge } = publish(registry);
    attacker.ask(publisher, knowledge);
    found.probes += attacker.probes;
    for (const { place, totals } of smallCells(registry)) {
      const [least, most] = attacker.sureOf(place);
      const permits = totals[1] ?? 0;
      // What it is sure of is true, or the attacker itself is wrong.
      if (permits < least || permits > most) throw new Error(`sure of ${least}..${most}, true ${permits}`);
      found.cells += 1;
      if (least > 0) found.isolated += 1;
      if (least > 0 && least === most) found.exact += 1;
    }
  }
  return found;
}

test('trackers, complements, unions, repeats and probes by having never show that anybody is in a cell of one or two enterprises', () => {
  const found = isolated(product);
  expect(found).toMatchObject({ isolated: 0, exact: 0 });
  expect(found.cells).toBeGreaterThan(200);
});

test('the audit does not count on the rounding: nobody is isolated by who knows every published number exactly', () => {
  expect(isolated((registry) => product(registry, { ...protection, base: 1 }), registries.slice(0, 60))).toMatchObject({ isolated: 0 });
});

test('one subject of a small cell more or less: what anybody is sure of allows that nobody is in it, with the subject and without', () => {
  let pairs = 0;
  for (const registry of registries.slice(0, 45)) {
    for (const { place } of smallCells(registry).slice(0, 2)) {
      const one = registry.facts.find(({ values }) => place.every((value, i) => value === undefined || values[i] === value));
      const without = { ...registry, facts: registry.facts.filter(({ unit }) => unit !== one?.unit) };
      for (const world of [registry, without]) {
        const attacker = new Attacker(world.domains);
        const { publisher, knowledge } = product(world);
        attacker.ask(publisher, knowledge);
        expect(attacker.sureOf(place)[0]).toBe(0);
      }
      pairs += 1;
    }
  }
  expect(pairs).toBeGreaterThan(50);
});

test('protected numbers: multiples of three at most one off, cells of three enterprises or more, no dominated number, the same every time', () => {
  for (const registry of registries) {
    const counted = countByHand(registry);
    const published = protect(counted);
    expect(protect([...counted].reverse())).toEqual(published);
    for (const { place, numbers } of published) {
      const cell = counted.find((one) => keyOf(one.place) === keyOf(place));
      expect(cell?.totals[0]).toBeGreaterThanOrEqual(3);
      numbers.forEach((number, i) => {
        if (number === null) return;
        const total = cell?.totals[i] ?? 0;
        const [first, second] = cell?.largest[i] ?? [0, 0];
        expect([number % 3, Math.abs(number - total) <= 1, total - first - second >= 0.1 * first]).toEqual([0, true, true]);
      });
    }
  }
});

test.each([
  ['each number protected by itself alone', withoutAudit],
  ['totals are not rounded', exactTotals],
  ['filters cut finer than the cube', addingFilters],
  ['having looks before the rounding', havingBeforeRounding],
  ['nothing is protected', (registry: Registry) => product(registry, { base: 1, fewest: 1, dominance: 0, audited: false })],
])('the same attacker succeeds where %s', (_name, faulty) => {
  const found = isolated(faulty, registries.slice(0, 24));
  expect(found.isolated).toBeGreaterThan(0);
});
