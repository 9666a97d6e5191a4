import { sight, type Asker } from '../boundary/judge.js';
import type { Random } from '../boundary/random.js';
import { emptyWorld, randomPermit, type PermitRow, type SubjectRow, type World } from '../boundary/world.js';

/**
 * Search by name as a slow reader of lists would do it: written again, from the description. It imports nothing of the
 * search or of the folding, so that it can contradict them.
 */

/** Characters of the test names, in pinyin order (Latin first), each with the other spellings that mean the same. */
const spellings: readonly (readonly [folded: string, ...others: string[]])[] = [
  ['1', '１'], ['A', 'a', 'Ａ', 'ａ'], ['滨', '濱'], ['东', '東'], ['海'], ['恒', '恆'], ['华', '華'], ['津'], ['天'], ['信'],
  // Beyond 16 bits, and a simplified form that is.
  ['𠮷'],
];
const noise = ['（', '）', '(', ')', '·', ' ', '\u3000', '-', '“'];

function foldedCharacter(character: string): string {
  return spellings.find((forms) => forms.some((form) => form === character))?.[0] ?? '';
}

export function fold(text: string): string {
  return Array.from(text, foldedCharacter).join('');
}

/** A text of `length` characters in any spelling, with what does not matter strewn in. */
export function spelled(random: Random, length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) {
    if (random.chance(0.2)) text += random.pick(noise);
    const forms = random.pick(spellings);
    text += random.chance(0.7) ? forms[0] : random.pick(forms);
  }
  return text;
}

export interface ExpectedHit {
  readonly match: 'EXACT' | 'PREFIX' | 'CONTAINS';
  readonly subject: { readonly name: string; readonly uscc: string | null; readonly kind: string };
}

export interface NaiveSearch {
  readonly name: string;
  readonly item?: string | undefined;
}

/** Compares folded names by the places of their characters in the list above. */
function compareNames(one: string, other: string): number {
  const places = (text: string): number[] => Array.from(text, (character) => spellings.findIndex(([folded]) => folded === character));
  const [left, right] = [places(one), places(other)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export function visibleSubjects(world: World, who: Asker, item?: string): SubjectRow[] {
  const holders = new Set(world.permits.filter((permit) => sight(who, permit) !== 'hidden' && (item === undefined || permit.item === item)).map(({ holder_id: id }) => id));
  return world.subjects.filter(({ id }) => holders.has(id));
}

export function naiveSearch(world: World, who: Asker, { name, item }: NaiveSearch): ExpectedHit[] {
  const text = fold(name);
  return visibleSubjects(world, who, item)
    .filter((subject) => fold(subject.name).includes(text))
    .sort((one, other) => {
      const [left, right] = [fold(one.name), fold(other.name)];
      if ((left === text) !== (right === text)) return left === text ? -1 : 1;
      return compareNames(left, right) || one.id - other.id;
    })
    .map(({ name: found, uscc, kind }) => {
      const folded = fold(found);
      return { match: folded === text ? 'EXACT' : folded.startsWith(text) ? 'PREFIX' : 'CONTAINS', subject: { name: found, uscc: uscc ?? null, kind } };
    });
}

/** Subjects with names of the test characters, each with up to three permits of any place. */
export function namedWorld(random: Random, subjects: number, firstId = 1): World {
  const world = { ...emptyWorld, subjects: [] as SubjectRow[], permits: [] as PermitRow[] };
  for (let id = firstId; id < firstId + subjects; id += 1) {
    const kind = random.pick(['ORGANISATION', 'HOUSEHOLD_BUSINESS', 'NATURAL_PERSON']);
    world.subjects.push({ id, kind, name: spelled(random, random.int(1, 6)), uscc: random.chance(0.7) ? `U${id}` : null, identity_mask: null });
    for (let n = random.int(0, 3); n > 0; n -= 1) {
      const permit = id * 10 + n;
      world.permits.push(randomPermit(random, permit, id, `N${permit}`, 1));
    }
  }
  return world;
}

/** The same world to this viewer: every subject it does not see is gone or renamed, and others stand in their places. */
export function otherToNobody(world: World, who: Asker, random: Random): World {
  const visible = new Set(visibleSubjects(world, who).map(({ id }) => id));
  const strangers = namedWorld(random, 25, 1_000);
  const hidden = (permit: PermitRow): boolean => sight(who, permit) === 'hidden';
  const kept = world.subjects.filter(({ id }) => visible.has(id) || random.chance(0.5)).map((subject) => (visible.has(subject.id) ? subject : { ...subject, name: spelled(random, 4) }));
  const ids = new Set(kept.map(({ id }) => id));
  return {
    ...emptyWorld,
    subjects: [...kept, ...strangers.subjects],
    permits: [...world.permits.filter(({ holder_id: id }) => ids.has(id)), ...strangers.permits.filter(hidden)],
  };
}
