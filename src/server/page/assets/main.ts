import { AnswerPanel } from './answer-panel.js';
import { clauseWords } from './clause-words.js';
import { place } from './dom.js';
import { Editor } from './editor.js';
import { translateEditor } from './editor-words.js';
import { listExamples, prepared, type Example } from './examples-list.js';
import { Identity, type Agency } from './identity.js';
import { preferences } from './preferences.js';
import { fetcherFor } from './transport.js';
import { inEveryLanguage, say } from './words.js';

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

await open();
