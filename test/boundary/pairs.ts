import { readsPersonalData, sight, type Asker } from './judge.js';
import type { Random } from './random.js';
import { hiddenCells, randomActions, randomMask, randomPermit, randomSubject, type ActionRow, type PermitRow, type SubjectRow, type World } from './world.js';

/** Two worlds that are equal in what one viewer may see and differ in everything else. */
export interface Pair {
  readonly one: World;
  readonly other: World;
  /** Document numbers worth asking for: visible ones, hidden ones of either world, unknown ones. */
  readonly numbers: readonly string[];
}

/** Numbers handed out once each, in random order, so that neither order nor size tells anything. */
class Numbers {
  readonly #random: Random;
  readonly #taken = new Set<number>();

  constructor(random: Random, taken: Iterable<number> = []) {
    this.#random = random;
    for (const number of taken) this.#taken.add(number);
  }

  readonly next = (): number => {
    let number = this.#random.int(1, 100_000);
    while (this.#taken.has(number)) number = this.#random.int(1, 100_000);
    this.#taken.add(number);
    return number;
  };
}

const largestVisible = 25;
const largestHidden = 25;

/** Document numbers are few, so that hidden rows carry the numbers of visible ones under another part or scheme. */
const documentNumbers = Array.from({ length: 12 }, (_, i) => `津许 ${i + 1}`);

export function makePair(random: Random, asker: Asker): Pair {
  const permitIds = new Numbers(random);
  const visible: PermitRow[] = [];
  const wanted = random.int(0, largestVisible);
  const holderIds = new Numbers(random);
  const holders = Array.from({ length: 6 }, (_, i) => randomSubject(random, holderIds.next(), random.chance(0.7) ? `USCC-${i}` : null));
  // Many random rows are hidden from this viewer: keep drawing until enough visible ones came.
  for (let tries = 0; visible.length < wanted && tries < 400; tries += 1) {
    const permit = randomPermit(random, 0, random.pick(holders).id, random.pick(documentNumbers), tries + 1);
    if (sight(asker, permit) !== 'hidden') visible.push({ ...permit, id: permitIds.next() });
  }
  const actions: ActionRow[] = [];
  const actionIds = new Numbers(random);
  for (const permit of visible) actions.push(...randomActions(random, permit.id, actionIds.next));

  const worlds = [0, 1].map(() => fill(random, asker, visible, actions, holders));
  const [one, other] = worlds;
  if (!one || !other) throw new Error('two worlds are made');
  const hidden = random.some([...one.permits, ...other.permits].map((permit) => permit.document_no), 0.3);
  return { one, other, numbers: [...hidden, ...documentNumbers.slice(0, 4), 'unknown', ''] };
}

/** A world around the visible rows: hidden rows, hidden cells, internal numbers nobody sees. */
function fill(
  random: Random,
  asker: Asker,
  visible: readonly PermitRow[],
  actions: readonly ActionRow[],
  holders: readonly SubjectRow[],
): World {
  // Holders of visible permits keep their numbers: ids and the order of holders come from them.
  const used = new Set(visible.map((permit) => permit.holder_id));
  const subjectIds = new Numbers(random, holders.map(({ id }) => id));
  const owned = new Set(visible.filter((permit) => sight(asker, permit) === 'record').map((permit) => permit.holder_id));
  const subjects = holders.map((holder, i) => {
    if (!used.has(holder.id)) return randomSubject(random, subjectIds.next(), `VAR-${i}`);
    return owned.has(holder.id) ? holder : { ...holder, identity_mask: randomMask(random) };
  });
  for (let i = random.int(0, 4); i > 0; i -= 1) {
    subjects.push(randomSubject(random, subjectIds.next(), random.chance(0.5) ? `HID-${i}` : null));
  }
  const permits = visible.map((permit) => ({ ...permit, ...varied(random, asker, permit) }));
  const permitIds = new Numbers(random, visible.map(({ id }) => id));
  const actionIds = new Numbers(random, actions.map(({ id }) => id));
  const all = [...actions];
  let part = 1_000;
  for (let i = random.int(0, largestHidden); i > 0; i -= 1) {
    const number = random.chance(0.7) ? random.pick(documentNumbers) : `隐 ${random.int(1, 50)}`;
    const permit = randomPermit(random, permitIds.next(), random.pick(subjects).id, number, (part += 1));
    if (sight(asker, permit) !== 'hidden') continue;
    permits.push(permit);
    all.push(...randomActions(random, permit.id, actionIds.next));
  }
  return { subjects, permits, actions: all };
}

/** Cells of a visible row that this viewer must not learn anything of. */
function varied(random: Random, asker: Asker, permit: PermitRow): Partial<PermitRow> {
  const register = { ...hiddenCells(random), document_title: random.text(), certificate_name: random.text(), permit_kind: random.text() };
  if (sight(asker, permit) === 'record') {
    if (readsPersonalData(asker)) return register;
    // The family name shows; the rest of the name, its length too, does not.
    const [family] = permit.legal_representative ?? '';
    return { ...register, ...(family === undefined ? {} : { legal_representative: family + random.text() }) };
  }
  return {
    ...register,
    content: random.chance(0.5) ? random.text() : null,
    legal_representative: random.chance(0.5) ? random.text() : null,
    revision: random.int(1, 1_000),
  };
}
