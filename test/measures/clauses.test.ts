import { readFileSync } from 'node:fs';
import { allClauses, clauseOf, clausesOf, sourceDocuments, type SourceDocument } from '../../src/measures/clauses.js';
import { enforcementCatalogue, enforcementItemOf } from '../../src/measures/enforcement-catalogue.js';
import { allRulings, rulingOf } from '../../src/measures/rulings.js';
import { sharingBoundaries, sharingBoundaryOf } from '../../src/measures/sharing-boundaries.js';
import { supervisionItemOf, supervisionItems } from '../../src/measures/supervision-items.js';

const counted = <T>(list: readonly T[], by: (entry: T) => string | number): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const entry of list) counts[by(entry)] = (counts[by(entry)] ?? 0) + 1;
  return counts;
};

const withoutSpace = (text: string): string => text.replace(/\s/g, '');

const sources = new Map<SourceDocument, string>();

/** The document as published, without white space; this module runs in dist/test/measures. */
function source(document: SourceDocument): string {
  const file = new URL(`../../../test/fixtures/sources/${document.toLowerCase()}.txt`, import.meta.url);
  const text = sources.get(document) ?? withoutSpace(readFileSync(file, 'utf8'));
  sources.set(document, text);
  return text;
}

/** Whether the parts of a quotation stand in the document in their order; "…" leaves words out. */
function stands(quotation: string, document: SourceDocument): boolean {
  let at = 0;
  return withoutSpace(quotation).split('…').every((part) => {
    const found = source(document).indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}

describe('the registry of clauses', () => {
  it('holds 359 clauses of five documents: 218 core, 97 support, 44 context', () => {
    expect(allClauses()).toHaveLength(359);
    expect(counted(allClauses(), ({ hub }) => hub)).toEqual({ CORE: 218, SUPPORT: 97, CONTEXT: 44 });
    expect(counted(allClauses(), ({ document }) => document)).toEqual({ XT: 141, YZ: 61, CK: 33, SX: 63, XM: 61 });
    expect(counted(allClauses(), ({ textMode }) => textMode)).toEqual({ QUOTE: 356, PARAPHRASE: 3 });
  });

  it('binds Xiamen by its own document alone (A-69)', () => {
    for (const clause of allClauses()) expect(clause.city).toBe(clause.document === 'XM' ? 'XIAMEN' : 'TIANJIN');
  });

  it('gives each clause one id of its document, found by it', () => {
    expect(new Set(allClauses().map(({ id }) => id)).size).toBe(359);
    for (const document of sourceDocuments) {
      for (const clause of clausesOf(document)) {
        expect(clause.id.startsWith(`${document}-`)).toBe(true);
        expect(clauseOf(clause.id)).toBe(clause);
      }
    }
    for (const id of ['', 'XT-', 'ZZ-1', 'XT-3.1z', 'constructor', 'A-01']) expect(clauseOf(id)).toBeNull();
  });

  it('quotes the documents word for word', () => {
    const wrong = allClauses().filter(({ textMode, textZh, document }) => textMode === 'QUOTE' && !stands(textZh, document));
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  it('cannot be changed, at any depth', () => {
    const rule = clauseOf('XT-5.1.2c')?.rule ?? {};
    expect(() => Object.assign(rule, { due: null })).toThrow(TypeError);
    expect(() => Object.assign(rule['due'] ?? {}, { days: 4 })).toThrow(TypeError);
    expect(() => Object.assign(allClauses(), { length: 0 })).toThrow(TypeError);
  });

  it('labels the seven limits and triggers of the project policyDefault (rulings, section 4)', () => {
    const labelled = allClauses().filter(({ rule }) => JSON.stringify(rule).includes('policyDefault'));
    expect(labelled.map(({ id }) => id).sort()).toEqual(
      ['CK-2.1c', 'XT-3.10c', 'XT-3.2c', 'XT-3.2e', 'XT-3.8c', 'XT-5.1.2c', 'XT-5.3.2b'].sort(),
    );
  });
});

describe('references between the registries', () => {
  it('every ruling a clause names exists', () => {
    const missing = allClauses().flatMap(({ id, rulings }) => rulings.filter((ruling) => !rulingOf(ruling)).map((ruling) => `${id} → ${ruling}`));
    expect(missing).toEqual([]);
  });

  it('every clause a ruling or a row of the boundary table names exists, and every ruling is named by a clause it reads', () => {
    const named = [...allRulings(), ...sharingBoundaries()];
    const missing = named.flatMap(({ id, clauses }) => clauses.filter((clause) => !clauseOf(clause)).map((clause) => `${id} → ${clause}`));
    expect(missing).toEqual([]);
  });

  it('has 68 rulings, A-01 to A-70 without A-50 and A-62', () => {
    const numbers = Array.from({ length: 70 }, (_, i) => i + 1).filter((number) => number !== 50 && number !== 62);
    expect(allRulings().map(({ id }) => id)).toEqual(numbers.map((number) => `A-${String(number).padStart(2, '0')}`));
    expect(rulingOf('A-50')).toBeNull();
  });

  it('has 56 rows of the boundary table, B-01 to B-56', () => {
    expect(sharingBoundaries().map(({ id }) => id)).toEqual(Array.from({ length: 56 }, (_, i) => `B-${String(i + 1).padStart(2, '0')}`));
    expect(sharingBoundaryOf('B-02')).toMatchObject({ level: 'FULL + push', clauses: ['XT-5.1.2c', 'XT-3.1c'], basis: 'TEXT' });
  });
});

describe('the catalogues', () => {
  it('SX-A.1, A-36: 56 enforcement items, numbered inside their category, none of them a levy', () => {
    expect(counted(enforcementCatalogue(), ({ category }) => category)).toEqual({ PENALTY: 51, INSPECTION: 1, COERCION: 2, PERMIT: 2 });
    for (const category of ['PENALTY', 'INSPECTION', 'COERCION', 'PERMIT']) {
      const items = enforcementCatalogue().filter((item) => item.category === category);
      expect(items.map(({ seq }) => seq)).toEqual(items.map((_, i) => i + 1));
    }
    expect(enforcementItemOf('XK-01')).toMatchObject({ nameZh: '劳务派遣经营许可', permitItem: 'P01', permitItemIsDerived: false });
  });

  it('SX-3.1.3.1a, SX-3.1.3.1b: 7 working days for permits and penalties, 20 for the others', () => {
    for (const { category, publishWithinWorkingDays } of enforcementCatalogue()) {
      expect(publishWithinWorkingDays).toBe(category === 'PERMIT' || category === 'PENALTY' ? 7 : 20);
    }
  });

  it('prints the names of the items as the documents do', () => {
    expect(enforcementCatalogue().filter(({ nameZh }) => !stands(nameZh, 'SX')).map(({ code }) => code)).toEqual([]);
    expect(supervisionItems().filter(({ nameZh }) => !stands(nameZh, 'XM')).map(({ seq }) => seq)).toEqual([]);
  });

  it('XM-3.1a, XM-3.1.1, XM-3.1.2, XM-3.1.3: 23 supervision items, 6 + 8 + 9; the third class draws business inspectors', () => {
    expect(supervisionItems().map(({ seq }) => seq)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
    expect(counted(supervisionItems(), (item) => item.class)).toEqual({ 1: 6, 2: 8, 3: 9 });
    for (const item of supervisionItems()) expect(item.inspectorPool).toBe(item.class === 3 ? 'BUSINESS' : 'ENFORCEMENT');
    expect(supervisionItemOf(6)).toMatchObject({ subItemCount: 7 });
    expect(supervisionItemOf(24)).toBeNull();
  });
});
