import type { PageAssets } from './assets.js';

/** Where the page of the feed's health is. */
export const healthPath = '/feed-health';

/** The page of the feed's health: platforms and agencies with lags and receipts, for whom the boundary lets ask (YZ-3.3c). */
export function healthDocumentText(assets: PageAssets, nonce: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>Concordat · 推送与互联互通状况</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="${assets.address('icon.svg')}">
<link rel="stylesheet" href="${assets.address('page.css')}" nonce="${nonce}">
<script src="${assets.address('early.js')}"></script>
<script src="${assets.address('feed-health.js')}" type="module"></script>
</head>
<body>
<header id="header">
  <div class="brand"><img src="${assets.address('icon.svg')}" alt="" width="28" height="28"><h1>Concordat<small id="title"></small></h1></div>
  <div id="identity" role="group"></div>
  <div id="preferences" role="group"></div>
</header>
<main id="health" class="rows" aria-live="polite"></main>
<noscript><p class="notice">此页需要 JavaScript；同样的内容见查询 feedHealth · This page needs JavaScript; the query feedHealth has the same: POST /graphql</p></noscript>
</body>
</html>
`;
}
