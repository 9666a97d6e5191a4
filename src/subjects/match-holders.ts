import { innerOrganisationCode } from './identifiers/credit-code.js';
import { isOpen, type Identifier, type OpenScheme } from './identifiers/schemes.js';
import {
  comparableName,
  identifiersOf,
  isNewer,
  matchKeyOf,
  subjectKey,
  type HolderMention,
  type MatchKey,
} from './holder.js';

/** A stored subject as a look-up found it. */
export interface StoredSubject {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly uscc: string | null;
  /** Found under the code of a subject that was merged into this one. */
  readonly viaMerger: boolean;
}

/** What is stored for the keys of a batch. Subjects that were merged are already replaced by the surviving ones. */
export interface KnownSubjects {
  /** Subjects that carry this identifier: `scheme` is USCC, an identifier scheme, or OWN and the own scheme. */
  find(by: MatchKey['by'], scheme: string, value: string): readonly StoredSubject[];
}

/** Why a holder was not matched: its identifier points to several subjects, or to one of another name. */
export interface MatchFinding {
  readonly kind: 'ambiguous';
  /** Ids of the stored subjects it could be, ascending; empty where the batch contradicts itself. */
  readonly candidates: readonly string[];
}

/** One subject of a batch: a stored one or one to be made, with all mentions of it. */
export interface Target {
  readonly stored: StoredSubject | null;
  readonly mentions: HolderMention[];
  /** The mention of the newest document. */
  leading: HolderMention;
  /** What the first mention was matched by; of a subject to be made, what it is first known by. */
  readonly match: MatchKey;
  /** The credit code that a subject so far known by another code receives now. */
  assigned: AssignedCode | null;
}

export interface AssignedCode {
  readonly uscc: string;
  /** What the subject was known by until now. */
  readonly former: Identifier<OpenScheme>;
}

export interface Matching {
  /** By `subjectKey`. Several keys may lead to one target. */
  readonly targets: ReadonlyMap<string, Target>;
  readonly findings: ReadonlyMap<string, MatchFinding>;
}

interface Group {
  readonly key: string;
  readonly match: MatchKey;
  readonly mentions: HolderMention[];
}

/**
 * Decides which mentions of a batch mean which subject. Depends on the set of mentions and on what is stored, not on
 * the order of rows: groups are decided by the kind of their key, those that identify alone before those that need the
 * name to agree.
 */
export function matchHolders(mentions: readonly HolderMention[], known: KnownSubjects): Matching {
  return new Matcher(groupsOf(mentions), known).run();
}

/** One group for each key; a key's mentions mean the same subject. */
export function groupsOf(mentions: readonly HolderMention[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const mention of mentions) {
    const key = subjectKey(mention.holder);
    const group = groups.get(key);
    if (group) group.mentions.push(mention);
    else groups.set(key, { key, match: matchKeyOf(mention.holder), mentions: [mention] });
  }
  return [...groups.values()];
}

class Matcher {
  readonly #groups: readonly Group[];
  readonly #known: KnownSubjects;
  readonly #targets = new Map<string, Target>();
  readonly #findings = new Map<string, MatchFinding>();
  readonly #targetOfId = new Map<string, Target>();

  constructor(groups: readonly Group[], known: KnownSubjects) {
    this.#groups = groups;
    this.#known = known;
  }

  run(): Matching {
    const by = (wanted: (match: MatchKey) => boolean) => this.#groups.filter(({ match }) => wanted(match));
    this.#decideCreditCodes(by((match) => match.by === 'USCC'));
    this.#decideOrganisationCodes(by((match) => match.by === 'ORGANISATION_CODE'));
    this.#decideNamed(by((match) => match.name !== null));
    for (const group of by((match) => match.by === 'OWN')) {
      this.#assign(group, this.#find(group.match)[0] ?? null);
    }
    return { targets: this.#targets, findings: this.#findings };
  }

  #find({ by, scheme, value }: Pick<MatchKey, 'by' | 'scheme' | 'value'>): readonly StoredSubject[] {
    return this.#known.find(by, scheme, value);
  }

  #assign(group: Group, stored: StoredSubject | null): Target {
    // What a merged subject was called does not rename the surviving one: its mentions count as those without document.
    const mentions = stored?.viaMerger ? group.mentions.map(({ holder }) => ({ holder, document: null })) : group.mentions;
    const before = stored && this.#targetOfId.get(stored.id);
    const target = before ?? { stored, mentions: [], leading: first(mentions), match: group.match, assigned: null };
    return this.#join({ ...group, mentions }, target);
  }

  #join(group: Group, target: Target): Target {
    target.mentions.push(...group.mentions);
    for (const mention of group.mentions) if (isNewer(mention.document, target.leading.document)) target.leading = mention;
    this.#targets.set(group.key, target);
    if (target.stored) this.#targetOfId.set(target.stored.id, target);
    return target;
  }

  #refuse(group: Group, candidates: readonly StoredSubject[]): void {
    const ids = candidates.map(({ id }) => id).sort((one, other) => Number(one) - Number(other));
    this.#findings.set(group.key, { kind: 'ambiguous', candidates: ids });
  }

  /** A code that is stored finds its subject. A new one may belong to a subject so far known by an older code. */
  #decideCreditCodes(groups: readonly Group[]): void {
    const fresh: { readonly group: Group; readonly earlier: EarlierSelf | null }[] = [];
    for (const group of groups) {
      const [stored] = this.#find(group.match);
      if (stored) this.#assign(group, stored);
      else fresh.push({ group, earlier: this.#earlierSelf(group) });
    }
    const claims = new Map<string, number>();
    for (const { earlier } of fresh) if (earlier) claims.set(earlier.subject.id, (claims.get(earlier.subject.id) ?? 0) + 1);
    for (const { group, earlier } of fresh) {
      const self = earlier !== null && claims.get(earlier.subject.id) === 1 ? earlier : null;
      const target = this.#assign(group, self?.subject ?? null);
      if (self && !self.subject.viaMerger) target.assigned = { uscc: group.match.value, former: self.knownBy };
    }
  }

  /** The one subject without credit code that has the organisation code inside this one, or a number and the name. */
  #earlierSelf({ match, mentions }: Group): EarlierSelf | null {
    const inner: Identifier<OpenScheme> = { scheme: 'ORGANISATION_CODE', value: innerOrganisationCode(match.value) };
    const byCode = this.#carrying(inner);
    if (byCode.length > 0) return selfOf(byCode, inner);
    for (const { holder } of mentions) {
      for (const identifier of identifiersOf(holder).filter(isOpen)) {
        const self = selfOf(this.#carrying(identifier), identifier);
        if (self && comparableName(self.subject.name) === comparableName(holder.name)) return self;
      }
    }
    return null;
  }

  #carrying({ scheme, value }: Identifier): readonly StoredSubject[] {
    return this.#find({ by: scheme, scheme, value });
  }

  /** the subject whose credit code contains the organisation code, stored or in this batch. */
  #decideOrganisationCodes(groups: readonly Group[]): void {
    if (groups.length === 0) return;
    const inBatch = new Map<string, Target[]>();
    for (const target of new Set(this.#targets.values())) {
      // A stored subject is found by its code in any case.
      if (target.stored || target.match.by !== 'USCC') continue;
      const inner = innerOrganisationCode(target.match.value);
      inBatch.set(inner, [...(inBatch.get(inner) ?? []), target]);
    }
    for (const group of groups) {
      const stored = this.#find(group.match);
      const made = inBatch.get(group.match.value) ?? [];
      if (stored.length + made.length > 1) this.#refuse(group, stored);
      else if (made[0]) this.#join(group, made[0]);
      else this.#assign(group, stored[0] ?? null);
    }
  }

  /** Numbers that need the name to agree: a number means a subject only where nothing else carries it. */
  #decideNamed(groups: readonly Group[]): void {
    const carriers = this.#carriers();
    const siblings = new Map<string, number>();
    for (const { match } of groups) siblings.set(numberOf(match), (siblings.get(numberOf(match)) ?? 0) + 1);
    // All are decided before any is joined: a name that comes in by a number must not open the door for another.
    const decisions = groups.map((group) => {
      const number = numberOf(group.match);
      const stored = this.#find(group.match);
      const storedIds = new Set(stored.map(({ id }) => id));
      const made = (carriers.get(number) ?? []).filter((target) => !target.stored || !storedIds.has(target.stored.id));
      const [only, second] = [...stored, ...made];
      const isShared = second !== undefined || (!only && (siblings.get(number) ?? 0) > 1);
      const isOther = only !== undefined && !this.#namesOf(only).includes(group.match.name ?? '');
      return { group, stored, subject: only ?? null, isDoubtful: isShared || isOther };
    });
    for (const { group, stored, subject, isDoubtful } of decisions) {
      if (isDoubtful) this.#refuse(group, stored);
      else if (subject && 'mentions' in subject) this.#join(group, subject);
      else this.#assign(group, subject);
    }
  }

  /** The name a subject is stored under and the newest one it has in this batch. */
  #namesOf(subject: StoredSubject | Target): readonly string[] {
    const target = 'mentions' in subject ? subject : this.#targetOfId.get(subject.id);
    const stored = 'mentions' in subject ? subject.stored : subject;
    return [target?.leading.holder.name, stored?.name].flatMap((name) => (name === undefined ? [] : [comparableName(name)]));
  }

  /** Subjects of this batch that are known by something stronger and carry a number beside it. */
  #carriers(): ReadonlyMap<string, readonly Target[]> {
    const carriers = new Map<string, Target[]>();
    for (const target of new Set(this.#targets.values())) {
      const numbers = new Set(target.mentions.flatMap(({ holder }) => identifiersOf(holder)).map(numberOf));
      for (const number of numbers) carriers.set(number, [...(carriers.get(number) ?? []), target]);
    }
    return carriers;
  }
}

interface EarlierSelf {
  readonly subject: StoredSubject;
  readonly knownBy: Identifier<OpenScheme>;
}

/** A subject known by this identifier alone; one with a credit code of its own is another, unless it was merged. */
function selfOf([subject, other]: readonly StoredSubject[], knownBy: Identifier<OpenScheme>): EarlierSelf | null {
  return subject && !other && (subject.uscc === null || subject.viaMerger) ? { subject, knownBy } : null;
}

function numberOf({ scheme, value }: { readonly scheme: string; readonly value: string }): string {
  return `${scheme}\n${value}`;
}

function first([mention]: readonly HolderMention[]): HolderMention {
  if (!mention) throw new Error('A group has at least one mention.');
  return mention;
}
