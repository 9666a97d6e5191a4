import { element, place } from './dom.js';
import { either, inEveryLanguage, say } from './words.js';

/** An example as the hub sends it. */
export interface Example {
  readonly name: string;
  readonly persona: 'partner' | 'credit' | 'analyst';
  readonly as: string;
  readonly zh: string;
  readonly en: string;
  readonly 'zh-note': string;
  readonly 'en-note': string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly document: string;
}

const personas = ['partner', 'credit', 'analyst'] as const;

/** The list of ready operations, by reader; choosing one loads it, its second button runs it too. */
export function listExamples(examples: readonly Example[], choose: (example: Example, run: boolean) => void): void {
  const home = place('examples');
  // On a narrow page the list folds away once something was chosen.
  const details = element('details', { open: true });
  home.append(details);
  let chosen: string | null = null;
  const pick = (example: Example, run: boolean): void => {
    chosen = example.name;
    for (const item of details.querySelectorAll('li')) item.toggleAttribute('aria-current', item.dataset['name'] === chosen);
    if (matchMedia('(max-width: 760px)').matches) details.open = false;
    choose(example, run);
  };
  inEveryLanguage(() => {
    home.setAttribute('aria-label', say('examples'));
    details.replaceChildren(
      element('summary', {}, say('examples')),
      ...personas.flatMap((persona) => {
        const own = examples.filter((example) => example.persona === persona);
        return [element('h2', {}, say(persona)), element('ul', {}, ...own.map((example) => item(example, example.name === chosen, pick)))];
      }),
    );
  });
}

function item(example: Example, current: boolean, pick: (example: Example, run: boolean) => void): HTMLElement {
  const title = either(example.zh, example.en);
  const note = either(example['zh-note'], example['en-note']);
  return element('li', { 'data-name': example.name, 'aria-current': current },
    element('button', { type: 'button', class: 'load', onclick: () => pick(example, false) },
      element('b', {}, title), element('span', {}, note), element('small', {}, `${say('intendedFor')} ${example.as}`)),
    element('button', { type: 'button', class: 'run', title: say('loadAndRun'), 'aria-label': `${say('loadAndRun')}: ${title}`, onclick: () => pick(example, true) }, '▶'));
}

/** The example as it goes into the editor: the operation under its title, its variables with the reader's own district. */
export function prepared(example: Example, district: string | null): { readonly query: string; readonly variables: string } {
  const variables = Object.entries(example.variables)
    .map(([name, value]) => [name, value === '{district}' ? district : value] as const)
    .filter(([, value]) => value !== null);
  return {
    query: `# ${either(example.zh, example.en)}\n# ${either(example['zh-note'], example['en-note'])}\n${example.document}\n`,
    variables: variables.length === 0 ? '' : JSON.stringify(Object.fromEntries(variables), null, 2),
  };
}
