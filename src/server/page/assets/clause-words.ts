import { element, isRecord } from './dom.js';
import type { Identity } from './identity.js';
import { either, say } from './words.js';

/** Says what a clause or ruling says, or null where the hub knows none of that id. */
export type ClauseWords = (id: string) => Promise<string | null>;

const question = 'query ($id: ID!) { clause(id: $id) { place textZh textEn } ruling(id: $id) { title ruling } }';

/** Reads clauses and rulings from the hub's registry, with the reader's own token. */
export function clauseWords(identity: Identity): ClauseWords {
  return async (id) => {
    const token = await identity.token();
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query: question, variables: { id } }),
    });
    const answer: unknown = await response.json();
    const data = isRecord(answer) && isRecord(answer['data']) ? answer['data'] : {};
    const { clause, ruling } = data;
    if (isRecord(clause)) return `${String(clause['place'])}\n${either(String(clause['textZh']), String(clause['textEn']))}`;
    return isRecord(ruling) ? `${String(ruling['title'])}\n${String(ruling['ruling'])}` : null;
  };
}

/** The id of a clause as a button: pressed, the words of the clause unfold at the end of the card it stands in. */
export function clauseButton(id: string, words: ClauseWords): HTMLElement {
  const button = element('button', { type: 'button', class: 'clause', title: say('readClause'), 'aria-expanded': 'false' }, id);
  let quote: HTMLElement | null = null;
  const unfold = async (): Promise<void> => {
    const text = await words(id).catch(() => null);
    quote?.replaceChildren(element('b', {}, id), ` ${text ?? say('clauseUnknown')}`);
    quote?.scrollIntoView({ block: 'nearest' });
  };
  button.addEventListener('click', () => {
    if (quote) {
      quote.remove();
      quote = null;
    } else {
      quote = element('blockquote', {}, element('b', {}, id), ' …');
      button.closest('.card')?.append(quote);
      void unfold();
    }
    button.setAttribute('aria-expanded', String(quote !== null));
  });
  return button;
}
