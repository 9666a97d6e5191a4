import { AnswerPanel } from './answer-panel.js';
import { clauseWords } from './clause-words.js';
import { element, memory, place } from './dom.js';
import { Editor, type EditorTheme } from './editor.js';
import { translateEditor } from './editor-words.js';
import { listExamples, prepared, type Example } from './examples-list.js';
import { Identity, type Agency } from './identity.js';
import { fetcherFor } from './transport.js';
import { inEveryLanguage, language, say, setLanguage, type Language, type Word } from './words.js';

interface Settings {
  readonly agencies: readonly Agency[] | null;
  readonly examples: readonly Example[];
}

/** settings → identity, answer panel, editor, examples. */
async function open(): Promise<void> {
  window.__webpack_nonce__ = document.querySelector<HTMLLinkElement>('link[nonce]')?.nonce;
  const settings = (await (await fetch('/page/settings.json')).json()) as Settings;
  const identity = new Identity(settings.agencies, () => {
    editor.stop();
    panel.clear();
    editor.introspect();
  });
  const panel: AnswerPanel = new AnswerPanel({
    schema: () => editor.schema,
    goOn: (cursor) => editor.runWith('after', cursor),
    stop: () => editor.stop(),
    clauseWords: clauseWords(identity),
  });
  const [first] = settings.examples;
  const editor: Editor = new Editor({
    container: place('editor'),
    fetcher: fetcherFor(identity, panel),
    first: first ? prepared(first, identity.district()) : { query: '', variables: '' },
  });
  listExamples(settings.examples, (example, run) => {
    editor.stop();
    editor.load(prepared(example, identity.district()));
    if (run) editor.run();
    else panel.clear();
  });
  frame();
  preferences((theme) => editor.draw(theme));
  translateEditor();
}

/** Texts of the page's frame. */
function frame(): void {
  inEveryLanguage(() => {
    document.title = `Concordat · ${say('title')}`;
    place('title').textContent = say('title');
    place('skip').textContent = say('skip');
    place('editor').setAttribute('aria-label', say('editor'));
  });
}

const themes: readonly (readonly [EditorTheme, Word])[] = [['system', 'themeSystem'], ['light', 'themeLight'], ['dark', 'themeDark']];

/** Language and colours; `draw` is called with the colours now and whenever they change. */
function preferences(draw: (theme: EditorTheme) => void): void {
  const home = place('preferences');
  const colours = element('select', { id: 'theme' });
  const options = themes.map(([value]) => element('option', { value }));
  colours.append(...options);
  const apply = (): void => {
    const theme = themes.find(([value]) => value === colours.value)?.[0] ?? 'system';
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    memory.write('theme', theme);
    draw(theme);
  };
  colours.value = document.documentElement.dataset['theme'] ?? 'system';
  colours.addEventListener('change', apply);
  const languages = ([['zh-CN', '中文'], ['en', 'English']] as const).map(([value, name]) => languageButton(value, name));
  home.append(colours, element('div', { class: 'languages' }, ...languages));
  inEveryLanguage(() => {
    home.setAttribute('aria-label', say('preferences'));
    colours.setAttribute('aria-label', say('theme'));
    themes.forEach(([, word], index) => {
      const option = options[index];
      if (option) option.textContent = say(word);
    });
  });
  apply();
}

function languageButton(value: Language, name: string): HTMLElement {
  const button = element('button', { type: 'button', lang: value, onclick: () => setLanguage(value) }, name);
  inEveryLanguage(() => button.setAttribute('aria-pressed', String(language() === value)));
  return button;
}

await open();
