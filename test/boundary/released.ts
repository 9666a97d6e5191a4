import { agencies } from '../../src/measures/agencies.js';
import { rootDenied, write, type Reply } from './expectation.js';
import { checksDuplicates, countsCertificates, readsPersonalData, type Asker } from './judge.js';
import type { Expected } from './selection-tree.js';
import type { World } from './world.js';

/**
 * What the hub releases on purpose (schema/releases.md), judged by hand: answers that may depend on rows the viewer does
 * not see. Two databases may differ in them, each by exactly this much.
 */

const failed: Reply = { data: null, denied: [''], rows: [], code: 'BAD_USER_INPUT', phase: 'resolver' };

/** B-01: the newest valid permit of the holder and item in Tianjin, whoever decided; never a foreigner's (B-16). */
export function expectedDuplicate(asker: Asker, world: World, below: ReadonlyMap<string, Expected>, uscc: string, item: string, pendingCase: string): Reply {
  if (!checksDuplicates(asker)) return rootDenied;
  if (uscc.trim() === '' || pendingCase.trim() === '') return failed;
  const holder = world.subjects.find((subject) => subject.uscc === uscc);
  const [found] = world.permits
    .filter((permit) => permit.holder_id === holder?.id && permit.jurisdiction === 'CN-TJ' && permit.status === 'VALID')
    .filter((permit) => permit.item === item && permit.item !== 'P07')
    .sort((a, b) => (a.decided_on === b.decided_on ? b.id - a.id : a.decided_on < b.decided_on ? 1 : -1));
  const data = write(below, (name, inner) => {
    if (name === 'exists') return found !== undefined;
    if (name === 'number') return found?.document_no ?? null;
    if (name === '__typename') return 'PermitDuplicate';
    const organ = agencies.find(({ code }) => code === found?.decided_by);
    return organ ? write(inner, (part) => (part === '__typename' ? 'Agency' : organ[part as 'code'])) : null;
  });
  return { data, denied: [], rows: [], phase: 'resolver' };
}

/** B-01, B-13: identity numbers of a permit the bureau decided, for a purpose and a case. The worlds hold none: an empty list. */
export function expectedIdentities(asker: Asker): Reply {
  if (!checksDuplicates(asker) || !readsPersonalData(asker)) return rootDenied;
  return { data: [], denied: [], rows: [], phase: 'resolver' };
}

/** A-03, B-22: numbers of the series 1201**** given out by all issuers, ended permits included. */
export function expectedStock(asker: Asker, world: World, below: ReadonlyMap<string, Expected>, item: string): Reply {
  if (!countsCertificates(asker)) return rootDenied;
  if (item !== 'P01') return failed;
  const numbers = world.permits
    .filter((permit) => permit.jurisdiction === 'CN-TJ' && permit.item === 'P01' && /^1201[0-9]{4}$/.test(permit.certificate_no ?? ''))
    .map((permit) => permit.certificate_no);
  const used = new Set(numbers).size;
  const cells: Readonly<Record<string, unknown>> = { used, capacity: 10_000, share: used / 10_000, warning: used >= 9_000, __typename: 'CertificateStockInfo' };
  return { data: write(below, (name) => cells[name]), denied: [], rows: [], phase: 'resolver' };
}

/** A root whose answer is public or the viewer's own: the same for all databases, not judged beyond that. */
export const openAnswer: Reply = { data: 'open', denied: [], rows: [] };
