import { inEveryLanguage, language } from './words.js';

/** GraphiQL speaks English only. These are the texts, labels and tips it shows, word for word. */
const chinese: Readonly<Record<string, string>> = {
  'Show Documentation Explorer': '打开结构文档',
  'Hide Documentation Explorer': '收起结构文档',
  'Documentation Explorer': '结构文档',
  'Show History': '打开历史',
  'Hide History': '收起历史',
  History: '历史',
  Docs: '结构文档',
  'Re-fetch GraphQL schema': '重新读取结构',
  'Open short keys dialog': '快捷键',
  'Open settings dialog': '设置',
  'Short Keys': '快捷键',
  'Short Key': '按键',
  Function: '作用',
  'Search in editor': '在编辑器中查找',
  'Search in documentation': '在文档中查找',
  'Execute query': '运行',
  'Prettify editors': '整理格式',
  'Merge fragments definitions into operation definition': '将片段并入操作',
  'Copy query': '复制查询',
  'Re-fetch schema using introspection': '重新读取结构',
  'The editors use': '编辑器使用',
  'CodeMirror Key Maps': 'CodeMirror 键位',
  'that add more short keys. This instance of Graph': '，另有更多快捷键。此处的 Graph',
  'QL uses': 'QL 采用',
  Settings: '设置',
  'Clear storage': '清除暂存',
  'Remove all locally stored data and start fresh.': '清除本标签页暂存的草稿与历史。',
  'Clear data': '清除',
  'Cleared data': '已清除',
  Failed: '失败',
  'Persist headers': '保存请求头',
  'Select active operation': '选择操作标签',
  'Select or edit tabs': '选择操作标签',
  'New tab': '新建标签',
  'Close Tab': '关闭标签',
  'Close tab': '关闭标签',
  'Query Editor': '查询编辑器',
  'Editor Commands': '编辑命令',
  'Execute query (Ctrl-Enter)': '运行（Ctrl-Enter）',
  'Execute query (⌘-Enter)': '运行（⌘-Enter）',
  'Stop query': '停止',
  'Stop query (Ctrl-Enter)': '停止（Ctrl-Enter）',
  'Prettify query (Shift-Ctrl-P)': '整理格式（Shift-Ctrl-P）',
  'Merge fragments into query (Shift-Ctrl-M)': '将片段并入查询（Shift-Ctrl-M）',
  'Copy query (Shift-Ctrl-C)': '复制查询（Shift-Ctrl-C）',
  Variables: '变量',
  Headers: '请求头',
  'Show editor tools': '展开变量区',
  'Hide editor tools': '收起变量区',
  'Result Window': '原文（JSON）',
  'Response Editor': '原文（JSON）',
  Search: '查找',
  'Search...': '查找…',
  'No results found': '没有找到',
  'Fetching schema': '正在读取结构',
  'Error fetching schema': '读取结构失败',
  'Schema is invalid': '结构无效',
  'No GraphQL schema available': '尚无结构',
  'A GraphQL schema provides a root type for each kind of operation.': '每类操作各有一个根类型。',
  'Root Types': '根类型',
  'All Schema Types': '全部类型',
  Fields: '字段',
  Arguments: '参数',
  Type: '类型',
  Implements: '实现接口',
  Implementations: '实现',
  'Possible Types': '可能的类型',
  'Enum Values': '枚举值',
  'Default value': '默认值',
  'Show Deprecated Fields': '显示停用字段',
  'No Description': '无说明',
  Directives: '指令',
  Close: '关闭',
  'Close dialog': '关闭',
  Clear: '清空',
  'Click to edit label': '点击修改名称',
  'Add to favorites': '加入收藏',
  'Add favorite': '收藏',
  'Remove favorite': '取消收藏',
  'Delete from history': '从历史删除',
  'Edit label': '修改名称',
  'Loading': '正在载入',
};

const attributes = ['aria-label', 'title', 'placeholder'] as const;
const ours = '#header, #examples, #answer, .CodeMirror, .CodeMirror-hints, script, style';

/** The English of every place that was translated, to go back to. */
const texts = new WeakMap<Text, { readonly english: string; readonly chinese: string }>();
const labels = new WeakMap<Element, Map<string, { readonly english: string; readonly chinese: string }>>();

/** Keeps GraphiQL's own words in the reader's language, in its dialogs and tips too. */
export function translateEditor(): void {
  const observer = new MutationObserver((changes) => {
    if (language() === 'en') return;
    for (const { type, target, addedNodes } of changes) {
      if (type === 'childList') addedNodes.forEach(toChinese);
      else toChinese(target);
    }
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...attributes] });
  inEveryLanguage(() => (language() === 'en' ? back(document.body) : toChinese(document.body)));
}

function toChinese(node: Node): void {
  if (node instanceof Text) {
    if (node.parentElement?.closest(ours)) return;
    const english = node.data.trim();
    const word = chinese[english];
    if (word === undefined) return;
    node.data = node.data.replace(english, word);
    texts.set(node, { english: node.data.replace(word, english), chinese: node.data });
  } else if (node instanceof Element && !node.closest(ours)) {
    for (const name of attributes) {
      const english = node.getAttribute(name);
      const word = english === null ? undefined : chinese[english];
      if (english === null || word === undefined) continue;
      node.setAttribute(name, word);
      const known = labels.get(node) ?? new Map<string, { readonly english: string; readonly chinese: string }>();
      labels.set(node, known.set(name, { english, chinese: word }));
    }
    node.childNodes.forEach(toChinese);
  }
}

function back(node: Node): void {
  if (node instanceof Text) {
    const known = texts.get(node);
    if (known?.chinese === node.data) node.data = known.english;
  } else if (node instanceof Element) {
    for (const [name, known] of labels.get(node) ?? []) {
      if (node.getAttribute(name) === known.chinese) node.setAttribute(name, known.english);
    }
    node.childNodes.forEach(back);
  }
}
