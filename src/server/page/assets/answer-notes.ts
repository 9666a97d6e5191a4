import { clauseButton, type ClauseWords } from './clause-words.js';
import { element, isRecord } from './dom.js';
import type { Answer } from './transport.js';
import { either, half, say } from './words.js';

/** Denials, other errors and scope notes of an answer, each as a card; empty when there is nothing to say. */
export function notesOf(answer: Answer, words: ClauseWords): HTMLElement[] {
  const errors = list(answer['errors']);
  const denials = errors.filter((error) => isRecord(error['extensions']) && isRecord(error['extensions']['basis']));
  const others = errors.filter((error) => !denials.includes(error));
  const extensions = isRecord(answer['extensions']) ? answer['extensions'] : {};
  const scope = list(extensions['scope']);
  return [
    ...(others.length > 0 ? [errorCard(others)] : []),
    ...(denials.length > 0 ? [denialCard(denials, words)] : []),
    ...(scope.length > 0 ? [scopeCard(scope, words)] : []),
  ];
}

function denialCard(denials: readonly Answer[], words: ClauseWords): HTMLElement {
  const rows = denials.map((denial) => {
    const { coordinate, basis } = extensionsOf(denial);
    return element('tr', {},
      element('th', { scope: 'row' }, element('code', {}, text(coordinate) || pathOf(denial))),
      element('td', {}, ...codes(isRecord(basis) ? basis['rows'] : null)),
      element('td', {}, ...clauses(isRecord(basis) ? basis['clauses'] : null, words)),
    );
  });
  const steps = [...new Set(denials.map((denial) => half(text(extensionsOf(denial)['nextStep']))))].filter(Boolean);
  return card('denied', say('denied'), denials.length,
    element('p', {}, say('deniedIntro')),
    element('table', {},
      element('thead', {}, element('tr', {}, ...[say('field'), say('tableRow'), say('clause')].map((name) => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, ...rows)),
    ...steps.map((step) => element('p', { class: 'step' }, element('b', {}, `${say('nextStep')} `), step)),
  );
}

function errorCard(errors: readonly Answer[]): HTMLElement {
  return card('fault', say('errors'), errors.length, ...errors.map((error) => {
    const { code, nextStep } = extensionsOf(error);
    return element('div', {},
      element('p', {}, half(text(error['message'])), ' ', text(code) ? element('code', {}, text(code)) : null),
      text(nextStep) ? element('p', { class: 'step' }, element('b', {}, `${say('nextStep')} `), half(text(nextStep))) : null);
  }));
}

function scopeCard(notes: readonly Answer[], words: ClauseWords): HTMLElement {
  return card('scope', say('scope'), null, ...notes.map((note) => {
    const relations = list(note['relations']);
    return element('div', {},
      element('p', {}, element('code', {}, `${text(note['path'])}: ${text(note['type'])}`)),
      relations.length === 0 ? element('p', {}, say('scopeNone')) : element('ul', {}, ...relations.map((relation) => relationLine(relation, words))));
  }));
}

function relationLine(relation: Answer, words: ClauseWords): HTMLElement {
  const viewer = isRecord(relation['viewer']) ? Object.entries(relation['viewer']) : [];
  const values = viewer.map(([term, value]) => `${term === 'district' ? say('scopeDistrict') : term === 'agency' ? say('scopeAgency') : term} ${text(value)}`);
  return element('li', {}, either(text(relation['zh']), text(relation['en'])),
    element('small', {}, ...(values.length > 0 ? [values.join(' · '), ' '] : []), ...codes(relation['rows']), ' ', ...clauses(relation['clauses'], words)));
}

function card(kind: string, title: string, count: number | null, ...contents: Node[]): HTMLElement {
  return element('section', { class: `card ${kind}`, 'aria-label': title },
    element('h3', {}, title, count === null ? null : element('span', { class: 'count' }, String(count))), ...contents);
}

function clauses(ids: unknown, words: ClauseWords): Node[] {
  return Array.isArray(ids) ? ids.flatMap((id, index) => [...(index > 0 ? [document.createTextNode(' ')] : []), clauseButton(text(id), words)]) : [];
}

function codes(values: unknown): Node[] {
  if (!Array.isArray(values)) return [];
  return values.flatMap((value, index) => [...(index > 0 ? [document.createTextNode(' ')] : []), element('code', {}, text(value))]);
}

function list(value: unknown): readonly Answer[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function extensionsOf(error: Answer): Answer {
  return isRecord(error['extensions']) ? error['extensions'] : {};
}

function pathOf(error: Answer): string {
  return Array.isArray(error['path']) ? error['path'].join('.') : '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
