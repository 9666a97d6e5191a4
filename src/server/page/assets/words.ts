import { memory } from './dom.js';

const words = {
  title: ['政务数据共享枢纽', 'Data sharing between bureaus'],
  skip: ['跳到编辑器', 'Skip to the editor'],
  language: ['语言', 'Language'],
  preferences: ['显示设置', 'Display'],
  theme: ['配色', 'Colours'],
  themeSystem: ['跟随系统', 'System'],
  themeLight: ['浅色', 'Light'],
  themeDark: ['深色', 'Dark'],
  identity: ['查询身份', 'Identity'],
  agency: ['以此机关查询', 'Ask as'],
  token: ['访问令牌', 'Access token'],
  tokenHint: ['粘贴令牌（仅存于内存）', 'Paste a token (kept in memory only)'],
  useToken: ['使用', 'Use'],
  noToken: ['尚无令牌。请在页首粘贴令牌后再查询。', 'No token yet. Paste one at the top of the page, then run.'],
  tokenUntil: ['令牌有效至', 'token until'],
  tokenEnded: ['令牌已过期', 'the token has ended'],
  examples: ['示例操作', 'Examples'],
  partner: ['协同机关', 'Partner agency'],
  credit: ['信用平台', 'Credit platform'],
  analyst: ['分析人员', 'Analyst'],
  load: ['载入', 'Load'],
  loadAndRun: ['载入并运行', 'Load and run'],
  intendedFor: ['示例身份', 'meant for'],
  answer: ['查询结果', 'Answer'],
  answerEmpty: [
    '从示例中选择一项并运行，或在编辑器中书写查询。结果在此以表格显示，原文在右上方。',
    'Choose an example and run it, or write a query. The answer appears here as tables; its JSON stands above.',
  ],
  running: ['正在查询…', 'Running …'],
  rows: ['行', 'rows'],
  yes: ['是', 'yes'],
  no: ['否', 'no'],
  noRows: ['没有可见的记录。', 'No records that you may see.'],
  milliseconds: ['毫秒', 'ms'],
  next: ['下一页', 'Next page'],
  stop: ['停止接收', 'Stop'],
  listening: ['正在接收变更，请保持此页打开', 'Listening for changes; leave this page open'],
  ended: ['接收已结束', 'The stream has ended'],
  events: ['变更', 'Changes'],
  record: ['记录', 'Record'],
  denied: ['未向您共享', 'Not shared with you'],
  deniedIntro: ['下列字段在结果中为空，依据如下。', 'These fields are null in the answer, on this basis.'],
  field: ['字段', 'Field'],
  tableRow: ['边界表行', 'Table row'],
  clause: ['条款', 'Clause'],
  nextStep: ['下一步', 'Next step'],
  errors: ['错误', 'Errors'],
  readClause: ['阅读条款原文', 'Read the clause'],
  clauseUnknown: ['登记簿中没有这一条', 'not in the registry'],
  scope: ['您可见的范围', 'What you may see'],
  scopeNone: ['按边界表，此类记录不向您共享。', 'The boundary table shares no records of this kind with you.'],
  scopeDistrict: ['区划', 'district'],
  scopeAgency: ['机关', 'agency'],
  notes: ['说明', 'Notes'],
  editor: ['GraphQL 编辑器', 'GraphQL editor'],
  unreachable: ['无法连接枢纽', 'The hub cannot be reached'],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type Word = keyof typeof words;
export type Language = 'zh-CN' | 'en';

const listeners: (() => void)[] = [];

export function language(): Language {
  return document.documentElement.lang === 'en' ? 'en' : 'zh-CN';
}

export function setLanguage(chosen: Language): void {
  document.documentElement.lang = chosen;
  memory.write('language', chosen);
  for (const listener of listeners) listener();
}

/** Runs `write` now and whenever the language changes. */
export function inEveryLanguage(write: () => void): void {
  listeners.push(write);
  write();
}

/** A word of the page in the reader's language. */
export function say(word: Word): string {
  return words[word][language() === 'en' ? 1 : 0];
}

/** Of two texts the one in the reader's language. */
export function either(zh: string, en: string): string {
  return language() === 'en' ? en : zh;
}

/** The reader's half of a message "中文 · English", which the hub's messages and descriptions are. */
export function half(message: string): string {
  const cut = message.indexOf(' · ');
  return cut < 0 ? message : either(message.slice(0, cut), message.slice(cut + 3));
}
