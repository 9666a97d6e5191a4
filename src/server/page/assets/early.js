/* global document, localStorage, navigator */
// Runs before the first paint, so that language and colours never change under the reader's eyes. A classic script: it
// must not wait for the modules.
(() => {
  let stored = () => null;
  try {
    const storage = localStorage; // throws where the browser forbids it
    stored = (key) => storage.getItem(key);
  } catch {
    // Nothing is remembered then.
  }
  const root = document.documentElement;
  const language = stored('concordat.language');
  root.lang = language === 'en' || language === 'zh-CN' ? language : 'zh-CN';
  const theme = stored('concordat.theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  root.dataset.platform = /Mac|iPhone|iPad/.test(navigator.platform) ? 'mac' : 'other';
})();
