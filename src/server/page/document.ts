import type { PageAssets } from './assets.js';

/**
 * Headers of the page. Everything it needs comes from the hub: no source but 'self'; the one inline style is the scroll
 * lock of GraphiQL's dialogs, let in by the nonce; the data: images are the markers in the editor's margin.
 */
export function documentHeaders(nonce: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store', // the nonce is for one answer
    'content-security-policy': [
      `default-src 'none'`,
      `script-src 'self'`,
      `style-src 'self' 'nonce-${nonce}'`,
      `img-src 'self' data:`,
      `connect-src 'self'`,
      `base-uri 'none'`,
      `form-action 'none'`,
      `frame-ancestors 'none'`,
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    vary: 'accept',
  };
}

/** The page without its texts, which come in the reader's language; every part has its place before a script has run. */
export function documentText(assets: PageAssets, nonce: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>Concordat · 政务数据共享枢纽</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="${assets.address('icon.svg')}">
<link rel="stylesheet" href="${assets.address('graphiql.css')}">
<link rel="stylesheet" href="${assets.address('page.css')}" nonce="${nonce}">
<script src="${assets.address('early.js')}"></script>
<script src="${assets.address('react.js')}" defer></script>
<script src="${assets.address('react-dom.js')}" defer></script>
<script src="${assets.address('graphiql.js')}" defer></script>
<script src="${assets.address('main.js')}" type="module"></script>
</head>
<body>
<a class="skip" href="#editor" id="skip"></a>
<header id="header">
  <div class="brand"><img src="${assets.address('icon.svg')}" alt="" width="28" height="28"><h1>Concordat<small id="title"></small></h1></div>
  <div id="identity" role="group"></div>
  <div id="preferences" role="group"></div>
</header>
<div id="body">
  <nav id="examples"></nav>
  <main id="main">
    <section id="editor" tabindex="-1"></section>
    <section id="answer"></section>
  </main>
</div>
<noscript><p class="notice">此页需要 JavaScript；接口本身不需要：POST /graphql · This page needs JavaScript; the interface itself does not: POST /graphql</p></noscript>
</body>
</html>
`;
}
