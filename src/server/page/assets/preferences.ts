import type { EditorTheme } from './editor.js';
import { element, memory, place } from './dom.js';
import { inEveryLanguage, language, say, setLanguage, type Language, type Word } from './words.js';

const themes: readonly (readonly [EditorTheme, Word])[] = [['system', 'themeSystem'], ['light', 'themeLight'], ['dark', 'themeDark']];

/** Language and colours; `draw` is called with the colours now and whenever they change. */
export function preferences(draw: (theme: EditorTheme) => void): void {
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
